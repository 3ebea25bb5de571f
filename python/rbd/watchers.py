"""Who has an image open."""

from ctypes import byref
from typing import Any, Dict, Iterator

from ._c import librbd
from ._lists import read_list
from ._structs import ImageWatcher
from .text import decode_cstr


class WatcherIterator:
    """Who has an image open for writing, this handle included, as dict of addr, id and cookie."""

    def __init__(self, image):
        handle = image._open_handle()
        self._watchers = read_list(
            ImageWatcher, lambda watchers, count: librbd.rbd_watchers_list(handle, watchers, byref(count)), librbd.rbd_watchers_list_cleanup,
            lambda watcher: {"addr": decode_cstr(watcher.addr), "id": watcher.id, "cookie": watcher.cookie}, "error listing watchers.")

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._watchers


class Watchers:
    """The part of an image that knows who has it open."""

    def watchers_list(self) -> WatcherIterator:
        """Who has the image open for writing."""
        return WatcherIterator(self)
