"""Advisory locks on objects."""

from ctypes import byref
from typing import Optional

from ._c import librados
from ._numbers import uint8
from ._structs import TimeValue
from .errors import check
from .text import cstr


class ObjectLocks:
    """The part of a pool that locks objects."""

    def lock_exclusive(self, key: str, name: str, cookie: str, desc: str = "", duration: Optional[int] = None, flags: int = 0) -> None:
        """Locks an object for one holder, for some seconds or until it is unlocked."""
        self._lock("lock_exclusive", key, name, librados.rados_lock_exclusive, cstr(cookie, "cookie"), cstr(desc, "desc"), _time(duration), uint8(flags))

    def lock_shared(self, key: str, name: str, cookie: str, tag: str, desc: str = "", duration: Optional[int] = None, flags: int = 0) -> None:
        """Locks an object for all holders with the same tag."""
        self._lock("lock_shared", key, name, librados.rados_lock_shared, cstr(cookie, "cookie"), cstr(tag, "tag"), cstr(desc, "desc"), _time(duration),
                   uint8(flags))

    def unlock(self, key: str, name: str, cookie: str) -> None:
        """Ends a lock of this client."""
        self._lock("unlock", key, name, librados.rados_unlock, cstr(cookie, "cookie"))

    def _lock(self, what, key, name, call, *arguments):
        self.require_ioctx_open()
        check(call(self._handle, cstr(key, "key"), cstr(name, "name"), *arguments), f"Ioctx.{what}({self.name}): failed for lock {name} on {key}")


def _time(duration):
    return None if duration is None else byref(TimeValue(duration, 0))
