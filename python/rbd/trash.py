"""Images that were removed and can be had back."""

import time
from ctypes import byref
from datetime import datetime
from typing import Any, Callable, Dict, Iterator, Optional

from rados._numbers import uint64

from ._c import librbd
from ._handles import pool_handle
from ._lists import read_list
from ._structs import TrashImageInfo
from ._time import utc
from .errors import error_of
from .progress import progress
from .text import cstr, decode_cstr

SOURCES = ("USER", "MIRRORING", "MIGRATION", "REMOVING", "USER_PARENT")


def _info(entry):
    return {
        "id": decode_cstr(entry.id),
        "name": decode_cstr(entry.name),
        "source": SOURCES[entry.source] if 0 <= entry.source < len(SOURCES) else str(entry.source),
        "deletion_time": utc(entry.deletion_time),
        "deferment_end_time": utc(entry.deferment_end_time),
    }


class TrashIterator:
    """What is in the trash of a pool, as dict of id, name, source, deletion_time and deferment_end_time."""

    def __init__(self, ioctx):
        pool = pool_handle(ioctx)
        self._entries = read_list(TrashImageInfo, lambda entries, count: librbd.rbd_trash_list(pool, entries, byref(count)),
                                  librbd.rbd_trash_list_cleanup, _info, "error listing trash entries")

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._entries


class Trash:
    """The part of `RBD` that knows the trash."""

    def trash_move(self, ioctx, name: str, delay: int = 0) -> None:
        """Moves an image to the trash, where it cannot be removed for `delay` seconds."""
        self._trash("error moving image to trash", librbd.rbd_trash_move, ioctx, cstr(name, "name"), uint64(delay))

    def trash_purge(self, ioctx, expire_ts: Optional[datetime] = None, threshold: float = -1) -> None:
        """Removes what may be removed now, or could by a time; with a threshold (0 to 1) as much as brings the pool's use below it."""
        expired = int(time.mktime(expire_ts.timetuple())) if expire_ts else 0
        self._trash("error purging images from trash", librbd.rbd_trash_purge, ioctx, expired, float(threshold))

    def trash_remove(self, ioctx, image_id: str, force: bool = False, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Removes an image from the trash for good; before its time `PermissionError`, unless forced."""
        tell = progress(on_progress)
        self._trash("error deleting image from trash", librbd.rbd_trash_remove_with_progress, ioctx, cstr(image_id, "image_id"), bool(force), tell, None)

    def trash_get(self, ioctx, image_id: str) -> Dict[str, Any]:
        """One entry of the trash."""
        entry = TrashImageInfo()
        self._trash("error retrieving image from trash", librbd.rbd_trash_get, ioctx, cstr(image_id, "image_id"), byref(entry))
        try:
            return _info(entry)
        finally:
            librbd.rbd_trash_get_cleanup(byref(entry))

    def trash_list(self, ioctx) -> TrashIterator:
        """All entries of the trash."""
        return TrashIterator(ioctx)

    def trash_restore(self, ioctx, image_id: str, name: str) -> None:
        """Takes an image out of the trash and names it."""
        self._trash("error restoring image from trash", librbd.rbd_trash_restore, ioctx, cstr(image_id, "image_id"), cstr(name, "name"))

    @staticmethod
    def _trash(failure, call, ioctx, *arguments):
        result = call(pool_handle(ioctx), *arguments)
        if result != 0:
            raise error_of(result, failure)
