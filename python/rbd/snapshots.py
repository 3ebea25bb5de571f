"""Snapshots of images."""

import errno
from ctypes import byref, c_bool, c_int, c_uint64
from datetime import datetime
from typing import Any, Dict, Iterator, Optional

from rados._memory import read_growing, sized_array
from rados._numbers import uint32, uint64
from rados.constants import LIBRADOS_SNAP_HEAD

from ._c import librbd
from ._structs import SnapInfo, TimeSpec
from ._time import utc
from .constants import RBD_SNAP_NAMESPACE_TYPE_GROUP, RBD_SNAP_NAMESPACE_TYPE_MIRROR, RBD_SNAP_NAMESPACE_TYPE_TRASH
from .errors import Error, check, error_of
from .progress import nobody
from .text import cstr, decode_cstr


class SnapIterator:
    """The snapshots of an image, as dict of id, size, name and namespace; group, trash or mirror where the namespace is that."""

    def __init__(self, image):
        self._image = image
        self._snaps = self._list(image)

    @staticmethod
    def _list(image):
        handle, count = image._open_handle(), c_int(10)
        while True:
            snaps = sized_array(SnapInfo, count.value)
            result = librbd.rbd_snap_list(handle, snaps, byref(count))
            if result != -errno.ERANGE:
                break
        check(result, f"error listing snapshots for image {image.name}")
        try:
            return [{"id": snap.id, "size": snap.size, "name": decode_cstr(snap.name)} for snap in snaps[:result]]
        finally:
            librbd.rbd_snap_list_end(snaps)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        for snap in self._snaps:
            snap["namespace"] = self._image.snap_get_namespace_type(snap["id"])
            detail = {
                RBD_SNAP_NAMESPACE_TYPE_GROUP: ("group", self._image.snap_get_group_namespace),
                RBD_SNAP_NAMESPACE_TYPE_TRASH: ("trash", self._image.snap_get_trash_namespace),
                RBD_SNAP_NAMESPACE_TYPE_MIRROR: ("mirror", self._image.snap_get_mirror_namespace),
            }.get(snap["namespace"])
            if detail:
                snap[detail[0]] = self._detail(detail[1], snap["id"])
            yield snap

    @staticmethod
    def _detail(read, snap_id):
        try:
            return read(snap_id)
        except Error:
            return None


class Snapshots:
    """The part of an image that knows its snapshots."""

    def list_snaps(self) -> SnapIterator:
        """All snapshots, oldest first."""
        return SnapIterator(self)

    def create_snap(self, name: str, flags: int = 0) -> None:
        """Takes a snapshot; `flags` are RBD_SNAP_CREATE_*."""
        snap = cstr(name, "name")
        self._snap(f"error creating snapshot {snap} from {self.name}", librbd.rbd_snap_create2, snap, uint32(flags), nobody, None)

    def rename_snap(self, srcname: str, dstname: str) -> None:
        """Gives a snapshot another name."""
        before, after = cstr(srcname, "srcname"), cstr(dstname, "dstname")
        self._snap(f"error renaming snapshot of {self.name} from {before} to {after}", librbd.rbd_snap_rename, before, after)

    def remove_snap(self, name: str) -> None:
        """Removes an unprotected snapshot."""
        snap = cstr(name, "name")
        self._snap(f"error removing snapshot {snap} from {self.name}", librbd.rbd_snap_remove, snap)

    def remove_snap2(self, name: str, flags: int) -> None:
        """Removes a snapshot; `flags` are RBD_SNAP_REMOVE_*."""
        snap = cstr(name, "name")
        self._snap(f"error removing snapshot {snap} from {self.name} with flags {flags:x}", librbd.rbd_snap_remove2, snap, uint32(flags), nobody, None)

    def remove_snap_by_id(self, snap_id: int) -> None:
        """Removes a snapshot by its number."""
        self._snap(f"error removing snapshot {snap_id} from {self.name}", librbd.rbd_snap_remove_by_id, uint64(snap_id))

    def rollback_to_snap(self, name: str) -> None:
        """Gives the image the content and the size it had in a snapshot."""
        snap = cstr(name, "name")
        self._snap(f"error rolling back image {self.name} to snapshot {snap}", librbd.rbd_snap_rollback, snap)

    def protect_snap(self, name: str) -> None:
        """Protects a snapshot from removal, so that it can be cloned."""
        snap = cstr(name, "name")
        self._snap(f"error protecting snapshot {self.name}@{snap}", librbd.rbd_snap_protect, snap)

    def unprotect_snap(self, name: str) -> None:
        """Ends the protection of a snapshot without clones."""
        snap = cstr(name, "name")
        self._snap(f"error unprotecting snapshot {self.name}@{snap}", librbd.rbd_snap_unprotect, snap)

    def is_protected_snap(self, name: str) -> bool:
        """Whether a snapshot is protected."""
        snap, protected = cstr(name, "name"), c_int()
        self._snap(f"error checking if snapshot {self.name}@{snap} is protected", librbd.rbd_snap_is_protected, snap, byref(protected))
        return protected.value == 1

    def snap_exists(self, name: str) -> bool:
        """Whether there is a snapshot of this name."""
        exists = c_bool()
        self._snap(f"error getting snapshot exists for {self.name}", librbd.rbd_snap_exists, cstr(name, "name"), byref(exists))
        return exists.value

    def get_snap_limit(self) -> int:
        """How many snapshots the image may have."""
        limit = c_uint64()
        self._snap(f"error getting snapshot limit for {self.name}", librbd.rbd_snap_get_limit, byref(limit))
        return limit.value

    def set_snap_limit(self, limit: int) -> int:
        """Limits the number of snapshots; returns 0."""
        return self._snap(f"error setting snapshot limit for {self.name}", librbd.rbd_snap_set_limit, uint64(limit))

    def remove_snap_limit(self) -> int:
        """Ends the limit; returns 0."""
        return self._snap(f"error removing snapshot limit for {self.name}", librbd.rbd_snap_set_limit, 2**64 - 1)

    def get_snap_timestamp(self, snap_id: int) -> datetime:
        """When a snapshot was taken, in UTC."""
        taken = TimeSpec()
        self._snap(f"error getting snapshot timestamp for image: {self.name}, snap_id: {snap_id}", librbd.rbd_snap_get_timestamp, uint64(snap_id),
                   byref(taken))
        return utc(taken.tv_sec)

    def set_snap(self, name: Optional[str]) -> None:
        """Reads from a snapshot from now on; None goes back to the image."""
        snap = cstr(name, "name", opt=True)
        self._snap(f"error setting image {self.name} to snapshot {snap}", librbd.rbd_snap_set, snap)

    def set_snap_by_id(self, snap_id: Optional[int]) -> None:
        """Reads from a snapshot, given by its number, from now on; None goes back to the image."""
        self._snap(f"error setting image {self.name} to snapshot {snap_id}", librbd.rbd_snap_set_by_id, uint64(snap_id or LIBRADOS_SNAP_HEAD))

    def snap_get_name(self, snap_id: int) -> str:
        """The name of a snapshot."""
        handle, number = self._open_handle(), uint64(snap_id)
        result, name, _ = read_growing(lambda buffer, size: librbd.rbd_snap_get_name(handle, number, buffer, byref(size)), 512)
        if result != 0:
            raise error_of(result, "error snap_get_name.")
        return decode_cstr(name.value)

    def snap_get_id(self, snap_name: str) -> int:
        """The number of a snapshot."""
        number = c_uint64()
        self._snap("error snap_get_id.", librbd.rbd_snap_get_id, cstr(snap_name, "snap_name"), byref(number))
        return number.value

    def _snap(self, failure, call, *arguments):
        result = call(self._open_handle(), *arguments)
        if result != 0:
            raise error_of(result, failure)
        return result
