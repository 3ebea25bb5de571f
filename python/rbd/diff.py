"""What changed between two states of an image."""

from ctypes import CFUNCTYPE, c_int, c_size_t, c_uint64, c_void_p
from typing import Callable, Optional, Union

from rados._numbers import uint64

from ._c import librbd
from .errors import check
from .text import cstr

INCLUDE_PARENT = 1
WHOLE_OBJECT = 2
STOPPED = -9000


class Diff:
    """The part of an image that compares its states."""

    def diff_iterate(self, offset: int, length: int, from_snapshot: Union[str, int, None], iterate_cb: Callable[[int, int, bool], Optional[int]],
                     include_parent: bool = True, whole_object: bool = False) -> None:
        """Calls iterate_cb(offset, length, exists) for each range that changed since a snapshot, given by name or by number, or since ever.

        `exists` is false for what is a hole now. What the callback raises ends the comparison and is raised here."""
        raised = []

        @CFUNCTYPE(c_int, c_uint64, c_size_t, c_int, c_void_p)
        def each(start, count, exists, _):
            # An exception has nowhere to go inside C: the comparison is ended and it is raised afterwards.
            try:
                result = None if raised else iterate_cb(start, count, bool(exists))
                return STOPPED if raised else 0 if result is None else int(result)
            except BaseException as error:
                raised.append(error)
                return STOPPED

        result = self._compare(uint64(offset), uint64(length), from_snapshot, each, bool(include_parent), bool(whole_object))
        if raised:
            raise raised[0]
        check(result, f"error generating diff from snapshot {from_snapshot}")

    def _compare(self, offset, length, from_snapshot, each, include_parent, whole_object):
        handle = self._open_handle()
        if isinstance(from_snapshot, int):
            flags = INCLUDE_PARENT * include_parent | WHOLE_OBJECT * whole_object
            return librbd.rbd_diff_iterate3(handle, uint64(from_snapshot), offset, length, flags, each, None)
        name = cstr(from_snapshot, "from_snapshot", opt=True)
        return librbd.rbd_diff_iterate2(handle, name, offset, length, include_parent, whole_object, each, None)
