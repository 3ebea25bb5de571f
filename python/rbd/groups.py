"""Groups of images that are snapshotted together."""

from ctypes import POINTER, byref, cast, sizeof
from typing import Any, Dict, Iterator, List

from rados._memory import read_growing, texts
from rados._numbers import uint32

from ._c import librbd
from ._handles import pool_handle
from ._lists import read_list
from ._structs import GroupImageInfo, GroupImageSnapInfo, GroupSnapInfo, GroupSnapInfo2
from .errors import GROUP_ERRORS, OperationNotSupported, check, error_of
from .text import cstr, decode_cstr


def _group(failure, call, *arguments):
    result = call(*arguments)
    if result != 0:
        raise error_of(result, failure, GROUP_ERRORS)


def _snap(entry):
    return {"name": decode_cstr(entry.name), "state": entry.state}


def _snap_details(entry):
    snaps = cast(entry.image_snaps, POINTER(GroupImageSnapInfo))[:entry.image_snaps_count] if entry.image_snaps else []
    return {
        "id": decode_cstr(entry.id),
        "name": decode_cstr(entry.name),
        "state": entry.state,
        "namespace_type": entry.namespace_type,
        "image_snap_name": decode_cstr(entry.image_snap_name),
        "image_snaps": [{"image_name": decode_cstr(snap.image_name), "pool_id": snap.pool_id, "snap_id": snap.snap_id} for snap in snaps],
    }


class GroupImageIterator:
    """The images of a group, as dict of name, pool and state."""

    def __init__(self, group):
        handle, size = pool_handle(group._ioctx), sizeof(GroupImageInfo)
        self._images = read_list(
            GroupImageInfo, lambda images, count: librbd.rbd_group_image_list(handle, group.name, images, size, byref(count)),
            lambda images, count: librbd.rbd_group_image_list_cleanup(images, size, count),
            lambda image: {"name": decode_cstr(image.name), "pool": image.pool, "state": image.state},
            f"error listing images for group {group.name}", GROUP_ERRORS)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._images


class GroupSnapIterator:
    """The snapshots of a group, as dict of id, name, state, namespace_type, image_snap_name and image_snaps; of name and state where the library
    knows no more."""

    def __init__(self, group):
        self._snaps = self._list(group)

    @staticmethod
    def _list(group):
        handle, size = pool_handle(group._ioctx), sizeof(GroupSnapInfo)
        failure = f"error listing snapshots for group {group.name}"
        try:
            return read_list(GroupSnapInfo2, lambda snaps, count: librbd.rbd_group_snap_list2(handle, group.name, snaps, byref(count)),
                             librbd.rbd_group_snap_list2_cleanup, _snap_details, failure, GROUP_ERRORS)
        except OperationNotSupported:
            return read_list(GroupSnapInfo, lambda snaps, count: librbd.rbd_group_snap_list(handle, group.name, snaps, size, byref(count)),
                             lambda snaps, count: librbd.rbd_group_snap_list_cleanup(snaps, size, count), _snap, failure, GROUP_ERRORS)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._snaps


class Group:
    """A group of images."""

    def __init__(self, ioctx, name: str):
        self._ioctx = ioctx
        self.name = cstr(name, "name")
        pool_handle(ioctx)

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, type_, value, traceback) -> bool:
        return False

    def id(self) -> str:
        """The id of the group."""
        pool = pool_handle(self._ioctx)
        result, identity, _ = read_growing(lambda buffer, size: librbd.rbd_group_get_id(pool, self.name, buffer, byref(size)), 32)
        if result != 0:
            raise error_of(result, f"error getting id for group {self.name}", GROUP_ERRORS)
        return decode_cstr(identity.value)

    def add_image(self, image_ioctx, image_name: str) -> None:
        """Adds an image; one that is in already stays."""
        self._group("error adding image to group", librbd.rbd_group_image_add, pool_handle(image_ioctx), cstr(image_name, "image_name"))

    def remove_image(self, image_ioctx, image_name: str) -> None:
        """Takes an image out."""
        self._group("error removing image from group", librbd.rbd_group_image_remove, pool_handle(image_ioctx), cstr(image_name, "image_name"))

    def list_images(self) -> GroupImageIterator:
        """The images of the group."""
        return GroupImageIterator(self)

    def create_snap(self, snap_name: str, flags: int = 0) -> None:
        """Takes a snapshot of all images at one time; `flags` are RBD_SNAP_CREATE_*."""
        self._group("error creating group snapshot", librbd.rbd_group_snap_create2, cstr(snap_name, "snap_name"), uint32(flags))

    def remove_snap(self, snap_name: str) -> None:
        """Removes a snapshot of the group."""
        self._group("error removing group snapshot", librbd.rbd_group_snap_remove, cstr(snap_name, "snap_name"))

    def rename_snap(self, old_snap_name: str, new_snap_name: str) -> None:
        """Gives a snapshot of the group another name."""
        self._group("error renaming group snapshot", librbd.rbd_group_snap_rename, cstr(old_snap_name, "old_snap_name"),
                    cstr(new_snap_name, "new_snap_name"))

    def get_snap_info(self, snap_name: str) -> Dict[str, Any]:
        """One snapshot of the group with those of the images."""
        info = GroupSnapInfo2()
        self._group(f"error getting group snapshot info for {self.name}", librbd.rbd_group_snap_get_info, cstr(snap_name, "snap_name"), byref(info))
        try:
            return _snap_details(info)
        finally:
            librbd.rbd_group_snap_get_info_cleanup(byref(info))

    def list_snaps(self) -> GroupSnapIterator:
        """The snapshots of the group."""
        return GroupSnapIterator(self)

    def rollback_to_snap(self, name: str) -> None:
        """Gives all images the content they had in a snapshot of the group."""
        self._group("error rolling back group to snapshot", librbd.rbd_group_snap_rollback, cstr(name, "name"))

    def _group(self, failure, call, *arguments):
        _group(failure, call, pool_handle(self._ioctx), self.name, *arguments)


class Groups:
    """The part of `RBD` that makes and lists groups."""

    def group_create(self, ioctx, name: str) -> None:
        """Makes an empty group."""
        _group(f"error creating group {name}", librbd.rbd_group_create, pool_handle(ioctx), cstr(name, "name"))

    def group_remove(self, ioctx, name: str) -> None:
        """Removes a group; its images stay."""
        _group("error removing group", librbd.rbd_group_remove, pool_handle(ioctx), cstr(name, "name"))

    def group_list(self, ioctx) -> List[str]:
        """The names of the groups of a pool."""
        pool = pool_handle(ioctx)
        result, names, _ = read_growing(lambda buffer, size: librbd.rbd_group_list(pool, buffer, byref(size)), 512)
        return texts(names.raw[:check(result, "error listing groups", GROUP_ERRORS)])

    def group_rename(self, ioctx, src: str, dest: str) -> None:
        """Gives a group another name."""
        result = librbd.rbd_group_rename(pool_handle(ioctx), cstr(src, "src"), cstr(dest, "dest"))
        if result != 0:
            raise error_of(result, "error renaming group")
