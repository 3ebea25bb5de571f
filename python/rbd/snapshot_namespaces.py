"""Snapshots that are not the user's own: those of groups, of the trash and of mirroring."""

import errno
from ctypes import byref, c_int, sizeof, string_at
from typing import Any, Dict

from rados._memory import read_growing
from rados._numbers import uint64

from ._c import librbd
from ._structs import SnapGroupNamespace, SnapMirrorNamespace, SnapTrashNamespace
from .constants import RBD_SNAP_NAMESPACE_TYPE_USER
from .errors import check, error_of
from .text import decode_cstr


class SnapshotNamespaces:
    """The part of an image that tells what a snapshot belongs to."""

    def snap_get_namespace_type(self, snap_id: int) -> int:
        """RBD_SNAP_NAMESPACE_TYPE_* of a snapshot."""
        return self._namespace("namespace type for", librbd.rbd_snap_get_namespace_type, snap_id, c_int()).value

    def snap_get_group_namespace(self, snap_id: int) -> Dict[str, Any]:
        """Pool and name of the group, and the group's name of the snapshot (snap_name)."""
        found = self._namespace("group namespace for", librbd.rbd_snap_get_group_namespace, snap_id, SnapGroupNamespace(), sizeof(SnapGroupNamespace))
        try:
            return {"pool": found.group_pool, "name": decode_cstr(found.group_name), "snap_name": decode_cstr(found.group_snap_name)}
        finally:
            librbd.rbd_snap_group_namespace_cleanup(byref(found), sizeof(SnapGroupNamespace))

    def snap_get_trash_namespace(self, snap_id: int) -> Dict[str, Any]:
        """Name and namespace type that a removed snapshot with clones had (original_name, original_namespace_type)."""
        found = SnapTrashNamespace()
        result = librbd.rbd_snap_get_trash_namespace2(self._open_handle(), uint64(snap_id), byref(found), sizeof(SnapTrashNamespace))
        if result == -errno.EOPNOTSUPP:
            return self._trash_name(snap_id)
        self._require(result, "trash namespace", snap_id)
        try:
            return {"original_namespace_type": found.original_namespace_type, "original_name": decode_cstr(found.original_name)}
        finally:
            librbd.rbd_snap_trash_namespace_cleanup(byref(found), sizeof(SnapTrashNamespace))

    def _trash_name(self, snap_id):
        handle, number = self._open_handle(), uint64(snap_id)
        result, name, _ = read_growing(lambda buffer, size: librbd.rbd_snap_get_trash_namespace(handle, number, buffer, size), 512)
        check(result, f"error getting snapshot trash namespace image: {self.name}, snap_id: {snap_id}")
        return {"original_namespace_type": RBD_SNAP_NAMESPACE_TYPE_USER, "original_name": decode_cstr(name.value)}

    def snap_get_mirror_namespace(self, snap_id: int) -> Dict[str, Any]:
        """State, peers and progress of a snapshot for mirroring."""
        found = self._namespace("mirror namespace", librbd.rbd_snap_get_mirror_namespace, snap_id, SnapMirrorNamespace(), sizeof(SnapMirrorNamespace))
        try:
            return {
                "state": found.state,
                "mirror_peer_uuids": _uuids(found.mirror_peer_uuids, found.mirror_peer_uuids_count),
                "complete": found.complete,
                "primary_mirror_uuid": decode_cstr(found.primary_mirror_uuid),
                "primary_snap_id": found.primary_snap_id,
                "last_copied_object_number": found.last_copied_object_number,
            }
        finally:
            librbd.rbd_snap_mirror_namespace_cleanup(byref(found), sizeof(SnapMirrorNamespace))

    def _namespace(self, what, call, snap_id, found, *size):
        self._require(call(self._open_handle(), uint64(snap_id), byref(found), *size), what, snap_id)
        return found

    def _require(self, result, what, snap_id):
        if result != 0:
            raise error_of(result, f"error getting snapshot {what} image: {self.name}, snap_id: {snap_id}")


def _uuids(address, count):
    found = []
    for _ in range(count):
        text = string_at(address)
        found.append(decode_cstr(text))
        address += len(text) + 1
    return found
