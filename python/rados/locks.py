"""Advisory locks on objects."""

import errno
from ctypes import byref, c_char, c_int, c_size_t
from typing import Any, Dict, Optional

from ._c import librados
from ._memory import sized_array
from ._numbers import uint8
from ._structs import TimeValue
from .errors import check
from .text import cstr, decode_cstr


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

    def list_lockers(self, key: str, name: str) -> Dict[str, Any]:
        """Tag, exclusive and lockers (client, cookie, address) of a lock."""
        self.require_ioctx_open()
        oid, lock = cstr(key, "key"), cstr(name, "name")
        count, lockers = read_lockers(lambda *where: librados.rados_list_lockers(self._handle, oid, lock, *where))
        check(count, f"Ioctx.list_lockers({self.name}): failed for lock {name} on {key}")
        return lockers

    def break_lock(self, key: str, name: str, client: str, cookie: str) -> None:
        """Ends a lock of another client."""
        self._lock("break_lock", key, name, librados.rados_break_lock, cstr(client, "client"), cstr(cookie, "cookie"))

    def _lock(self, what, key, name, call, *arguments):
        self.require_ioctx_open()
        check(call(self._handle, cstr(key, "key"), cstr(name, "name"), *arguments), f"Ioctx.{what}({self.name}): failed for lock {name} on {key}")


def _time(duration):
    return None if duration is None else byref(TimeValue(duration, 0))


def read_lockers(call):
    """What call(exclusive, tag, clients, cookies, addresses) answers, each text with its size, and the lock as a dict."""
    exclusive, sizes = c_int(), [c_size_t(512) for _ in range(4)]
    while True:
        buffers = [sized_array(c_char, size.value) for size in sizes]
        result = call(byref(exclusive), *(argument for buffer, size in zip(buffers, sizes) for argument in (buffer, byref(size))))
        if result != -errno.ERANGE:
            break
    tag, *columns = buffers
    texts = [map(decode_cstr, column.raw[:size.value].split(b"\0")[:-1]) for column, size in zip(columns, sizes[1:])]
    return result, {"tag": decode_cstr(tag.value), "exclusive": exclusive.value == 1, "lockers": list(zip(*texts))}
