"""Asynchronous operations on objects."""

from ctypes import CFUNCTYPE, byref, c_void_p
from typing import Callable, Optional

from . import _pending
from ._c import librados
from .errors import check


@CFUNCTYPE(None, c_void_p, c_void_p)
def _completed(_, key):
    completion = _pending.drop(key)
    if completion is not None:
        completion._complete()


class Completion:
    """One asynchronous operation. Its buffers and its callbacks live until it has finished, whether or not the caller keeps it."""

    _handle = None

    def __init__(self, ioctx, oncomplete: Optional[Callable], onsafe: Optional[Callable], kept=()):
        self.ioctx = ioctx
        self.oncomplete = oncomplete
        self.onsafe = onsafe
        self._kept = kept
        self._key = _pending.keep(self)
        handle = c_void_p()
        try:
            check(librados.rados_aio_create_completion2(self._key, _completed, byref(handle)), "error getting a completion")
        except Exception:
            _pending.drop(self._key)
            raise
        self._handle = handle.value

    def is_safe(self) -> bool:
        """The same as `is_complete`."""
        return self.is_complete()

    def is_complete(self) -> bool:
        """Whether the operation has finished; its callback may still run."""
        return librados.rados_aio_is_complete(self._handle) == 1

    def wait_for_safe(self) -> None:
        """The same as `wait_for_complete`."""
        self.wait_for_complete()

    def wait_for_complete(self) -> None:
        """Waits until the operation has finished; its callback may still run."""
        librados.rados_aio_wait_for_complete(self._handle)

    def wait_for_safe_and_cb(self) -> int:
        """The same as `wait_for_complete_and_cb`."""
        return self.wait_for_complete_and_cb()

    def wait_for_complete_and_cb(self) -> int:
        """Waits until the operation has finished and its callback has returned."""
        return librados.rados_aio_wait_for_complete_and_cb(self._handle)

    def get_return_value(self) -> int:
        """What the operation answered: a count or 0, or a negative errno."""
        return librados.rados_aio_get_return_value(self._handle)

    def _submit(self, start):
        """Starts the operation; one that could not be started has no callback to wait for."""
        self._track()
        try:
            result = start(self._handle)
        except BaseException:
            self._abandon()
            raise
        if result < 0:
            self._abandon()
        return result

    def _abandon(self):
        _pending.drop(self._key)
        self._cleanup()

    def _track(self):
        if self.oncomplete:
            self.ioctx.complete_completions.append(self)
        if self.onsafe:
            self.ioctx.safe_completions.append(self)

    def _complete(self):
        try:
            if self.oncomplete:
                self.oncomplete(self)
            if self.onsafe:
                self.onsafe(self)
        finally:
            self._cleanup()

    def _cleanup(self):
        for waiting in (self.ioctx.complete_completions, self.ioctx.safe_completions):
            if self in waiting:
                waiting.remove(self)
        self._kept = ()

    def __del__(self, release=librados.rados_aio_release):
        if self._handle is not None:
            release(self._handle)
