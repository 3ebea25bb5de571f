"""Snapshots of pools and of single objects."""

import errno
from ctypes import byref, c_int64, c_uint64
from datetime import datetime
from typing import Iterator, Sequence, Union

from ._c import librados
from ._memory import read_growing, sized_array
from ._numbers import uint64
from .errors import check, error_of
from .text import cstr, decode_cstr


class Snap:
    """A snapshot of a pool."""

    def __init__(self, ioctx, name: str, snap_id: int):
        self.ioctx = ioctx
        self.name = name
        self.snap_id = snap_id

    def __str__(self):
        return f"rados.Snap(ioctx={self.ioctx},name={self.name},snap_id={self.snap_id})"

    def get_timestamp(self) -> datetime:
        """When it was taken, in local time."""
        seconds = c_int64()
        result = librados.rados_ioctx_snap_get_stamp(self.ioctx._handle, self.snap_id, byref(seconds))
        if result != 0:
            raise error_of(result, "rados_ioctx_snap_get_stamp error")
        return datetime.fromtimestamp(seconds.value)


class SnapIterator:
    """The snapshots of a pool, as `Snap`."""

    def __init__(self, ioctx):
        self.ioctx = ioctx
        self._numbers = iter(self._list(ioctx))

    @staticmethod
    def _list(ioctx):
        count = 10
        while True:
            numbers = sized_array(c_uint64, count)
            result = librados.rados_ioctx_snap_list(ioctx._handle, numbers, count)
            if result != -errno.ERANGE:
                return numbers[:check(result, f"error calling rados_snap_list for ioctx '{ioctx.name}'")]
            count *= 2

    def __iter__(self) -> Iterator[Snap]:
        return self

    def __next__(self) -> Snap:
        number = next(self._numbers)
        result, name, _ = read_growing(
            lambda buffer, size: librados.rados_ioctx_snap_get_name(self.ioctx._handle, number, buffer, size.value), 64)
        if result != 0:
            raise error_of(result, "rados_snap_get_name error")
        return Snap(self.ioctx, decode_cstr(name.value), number)


class PoolSnapshots:
    """The part of a pool that knows its snapshots."""

    def list_snaps(self) -> SnapIterator:
        """The snapshots of the pool."""
        self.require_ioctx_open()
        return SnapIterator(self)

    def create_snap(self, snap_name: str) -> None:
        """Takes a snapshot of the pool."""
        self._snap(f"Failed to create snap {snap_name}", librados.rados_ioctx_snap_create, cstr(snap_name, "snap_name"))

    def remove_snap(self, snap_name: str) -> None:
        """Removes a snapshot of the pool."""
        self._snap(f"Failed to remove snap {snap_name}", librados.rados_ioctx_snap_remove, cstr(snap_name, "snap_name"))

    def lookup_snap(self, snap_name: str) -> Snap:
        """A snapshot of the pool by its name."""
        number = c_uint64()
        self._snap(f"Failed to lookup snap {snap_name}", librados.rados_ioctx_snap_lookup, cstr(snap_name, "snap_name"), byref(number))
        return Snap(self, snap_name, number.value)

    def snap_rollback(self, oid: str, snap_name: str) -> None:
        """Gives an object the content it had in a snapshot of the pool."""
        self._snap(f"Failed to rollback {oid}", librados.rados_ioctx_snap_rollback, cstr(oid, "oid"), cstr(snap_name, "snap_name"))

    def set_read(self, snap_id: int) -> None:
        """Reads from a snapshot from now on; LIBRADOS_SNAP_HEAD ends that."""
        self.require_ioctx_open()
        librados.rados_ioctx_snap_set_read(self._handle, uint64(snap_id))

    def create_self_managed_snap(self) -> int:
        """Makes the number of a snapshot that the caller manages."""
        number = c_uint64()
        self._snap("Failed to create self-managed snapshot", librados.rados_ioctx_selfmanaged_snap_create, byref(number))
        return number.value

    def remove_self_managed_snap(self, snap_id: int) -> None:
        """Removes a snapshot that the caller manages."""
        self._snap("Failed to remove self-managed snapshot", librados.rados_ioctx_selfmanaged_snap_remove, uint64(snap_id))

    def set_self_managed_snap_write(self, snaps: Sequence[Union[int, str]]) -> None:
        """Says which snapshots writes must preserve from now on."""
        numbers = sorted((int(snap) for snap in snaps or ()), reverse=True)
        self._snap("Failed to update snapshot write context", librados.rados_ioctx_selfmanaged_snap_set_write_ctx,
                   uint64(numbers[0] if numbers else 0), (c_uint64 * max(len(numbers), 1))(*numbers), len(numbers))

    def rollback_self_managed_snap(self, oid: str, snap_id: int) -> None:
        """Gives an object the content it had in a snapshot that the caller manages."""
        self._snap(f"Failed to rollback {oid}", librados.rados_ioctx_selfmanaged_snap_rollback, cstr(oid, "oid"), uint64(snap_id))

    def _snap(self, failure, call, *arguments):
        self.require_ioctx_open()
        result = call(self._handle, *arguments)
        if result != 0:
            raise error_of(result, failure)
