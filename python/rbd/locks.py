"""Locks: the managed one, which the library takes and hands over by itself, and the advisory ones of programs."""

import errno
from ctypes import byref, c_char_p, c_int, c_size_t
from typing import Any, Dict, Iterator, List, Union

from rados._memory import sized_array
from rados._numbers import int32
from rados.locks import read_lockers

from ._c import librbd
from .errors import check
from .text import cstr, decode_cstr

OWNERS_MAX = 8


class LockOwnerIterator:
    """Who owns the image, as dict of mode and owner."""

    def __init__(self, image):
        self._owners = self._list(image)

    @staticmethod
    def _list(image):
        handle, mode, count = image._open_handle(), c_int(), c_size_t(OWNERS_MAX)
        while True:
            owners = sized_array(c_char_p, count.value)
            result = librbd.rbd_lock_get_owners(handle, byref(mode), owners, byref(count))
            if result != -errno.ERANGE:
                break
        if result == -errno.ENOENT:
            return []
        check(result, f"error listing lock owners for image {image.name}")
        try:
            return [{"mode": mode.value, "owner": decode_cstr(owner)} for owner in owners[:count.value]]
        finally:
            librbd.rbd_lock_get_owners_cleanup(owners, count.value)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._owners


class Locks:
    """The part of an image that locks it."""

    def lock_acquire(self, lock_mode: int) -> None:
        """Takes the managed lock and keeps it until `lock_release`."""
        self._do("error acquiring lock on image", librbd.rbd_lock_acquire, int32(lock_mode))

    def lock_release(self) -> None:
        """Gives the managed lock back."""
        self._do("error releasing lock on image", librbd.rbd_lock_release)

    def lock_get_owners(self) -> LockOwnerIterator:
        """Who holds the managed lock."""
        return LockOwnerIterator(self)

    def lock_break(self, lock_mode: int, lock_owner: str) -> None:
        """Takes the managed lock from a client, which is fenced."""
        self._do("error breaking lock on image", librbd.rbd_lock_break, int32(lock_mode), cstr(lock_owner, "lock_owner"))

    def list_lockers(self) -> Union[Dict[str, Any], List]:
        """Tag, exclusive and lockers (client, cookie, address) of the advisory lock; an empty list if there is none."""
        handle = self._open_handle()
        count, lockers = read_lockers(lambda *where: librbd.rbd_list_lockers(handle, *where))
        return lockers if check(count, "error listing images") else []

    def lock_exclusive(self, cookie: str) -> None:
        """Takes the advisory lock for this client and cookie alone."""
        self._do("error acquiring exclusive lock on image", librbd.rbd_lock_exclusive, cstr(cookie, "cookie"))

    def lock_shared(self, cookie: str, tag: str) -> None:
        """Takes the advisory lock together with others that use the same tag."""
        self._do("error acquiring shared lock on image", librbd.rbd_lock_shared, cstr(cookie, "cookie"), cstr(tag, "tag"))

    def unlock(self, cookie: str) -> None:
        """Gives the advisory lock back."""
        self._do("error unlocking image", librbd.rbd_unlock, cstr(cookie, "cookie"))

    def break_lock(self, client: str, cookie: str) -> None:
        """Takes the advisory lock from another client, which is fenced."""
        self._do("error unlocking image", librbd.rbd_break_lock, cstr(client, "client"), cstr(cookie, "cookie"))
