"""Asynchronous operations on images."""

import sys
from ctypes import CFUNCTYPE, byref, c_void_p
from typing import Callable, Optional

from rados import _pending

from ._c import librbd
from .errors import check


@CFUNCTYPE(None, c_void_p, c_void_p)
def _completed(_, key):
    completion = _pending.drop(key)
    if completion is not None:
        completion._complete()


class Completion:
    """One asynchronous operation. Its buffers, its image and its callback live until it has finished, whether or not the caller keeps it."""

    _handle = None
    _exception = None

    def __init__(self, image, oncomplete: Optional[Callable], kept=None):
        self._image = image
        self._oncomplete = oncomplete
        self._kept = kept
        self._key = _pending.keep(self)
        handle = c_void_p()
        try:
            check(librbd.rbd_aio_create_completion(self._key, _completed, byref(handle)), "error getting a completion")
        except Exception:
            _pending.drop(self._key)
            raise
        self._handle = handle.value

    def is_complete(self) -> bool:
        """Whether the operation has finished; its callback may still run."""
        return librbd.rbd_aio_is_complete(self._handle) == 1

    def wait_for_complete_and_cb(self) -> None:
        """Waits until the operation has finished and its callback has returned; raises what the callback raised."""
        librbd.rbd_aio_wait_for_complete(self._handle)
        if self._exception is not None:
            raise self._exception

    def get_return_value(self) -> int:
        """What the operation answered: a count or 0, or a negative errno."""
        return librbd.rbd_aio_get_return_value(self._handle)

    def _submit(self, start, failure):
        """Starts the operation; one that could not be started has no callback to wait for."""
        try:
            check(start(self._handle), failure)
        except BaseException:
            _pending.drop(self._key)
            raise
        return self

    def _complete(self):
        try:
            if self._oncomplete:
                self._oncomplete(self)
        except BaseException:
            self._exception = sys.exc_info()[1]
        finally:
            self._kept = self._image = self._oncomplete = None

    def __del__(self, release=librbd.rbd_aio_release):
        if self._handle is not None:
            release(self._handle)
