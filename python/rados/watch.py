"""Watching objects and telling those who watch."""

import atexit
import errno
import os
import weakref
from ctypes import CFUNCTYPE, POINTER, byref, c_int, c_size_t, c_uint64, c_void_p, string_at
from datetime import timedelta
from typing import Callable, Optional

from . import _pending
from ._c import librados
from ._numbers import uint32, uint64
from ._structs import NotifyAck, NotifyTimeout
from .completion import Completion
from .errors import Error, check, error_of
from .text import cstr

# A watch ends with its object, as in Ceph's module.
_watches = weakref.WeakValueDictionary()


@CFUNCTYPE(None, c_void_p, c_uint64, c_uint64, c_uint64, c_void_p, c_size_t)
def _notified(key, notify_id, cookie, notifier_id, data, length):
    watch = _watches.get(key)
    if watch is not None:
        watch._callback(notify_id, notifier_id, cookie, string_at(data, length) if data else None)


@CFUNCTYPE(None, c_void_p, c_uint64, c_int)
def _failed(key, cookie, error):
    watch = _watches.get(key)
    if watch is not None:
        watch._error_callback(cookie, error)


class Watch:
    """An interest in an object; ends with `close`."""

    def __init__(self, ioctx, oid: str, callback: Callable, error_callback: Optional[Callable], timeout: Optional[int]):
        self.id = 0
        self.oid = cstr(oid, "oid")
        self.callback = callback
        self.error_callback = error_callback
        self.ioctx = ioctx.dup()
        self._process = os.getpid()
        self._key = next(_pending.numbers)
        _watches[self._key] = self
        cookie = c_uint64()
        result = librados.rados_watch3(self.ioctx._handle, self.oid, byref(cookie), _notified, _failed, uint32(timeout or 0), self._key)
        if result < 0:
            _watches.pop(self._key, None)
            raise error_of(result, "watch error")
        self.id = self._cookie = cookie.value

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, type_, value, traceback) -> bool:
        self.close()
        return False

    def __del__(self):
        # Perhaps the callback itself held the last reference: nothing waits for it here.
        self._unwatch()

    def get_id(self) -> int:
        """The number of the watch."""
        return self.id

    def check(self) -> timedelta:
        """How long ago the watch was known to be good; raises when it is lost."""
        self.ioctx.require_ioctx_open()
        return timedelta(milliseconds=check(librados.rados_watch_check(self.ioctx._handle, self.id), "check error"))

    def close(self) -> None:
        """Ends the watch; its callback is over when this returns. A second time does nothing."""
        if self._unwatch():
            check(librados.rados_watch_flush(self.ioctx.rados._handle), "watch_flush error")
            self.ioctx.close()

    def _unwatch(self):
        # Taken in one step: of several threads that end the watch one does it.
        cookie = vars(self).pop("_cookie", None)
        if cookie is None or self._process != os.getpid():
            return False
        self.id = 0
        self.ioctx.require_ioctx_open()
        result = librados.rados_unwatch2(self.ioctx._handle, cookie)
        if result < 0 and result != -errno.ENOENT:
            raise error_of(result, "unwatch error")
        return True

    def _callback(self, notify_id, notifier_id, watch_id, data):
        try:
            reply = self.callback(notify_id, notifier_id, watch_id, data)
        except BaseException:
            self._acknowledge(notify_id, watch_id, None)
            raise
        self._acknowledge(notify_id, watch_id, cstr(reply, "replay", opt=True))

    def _acknowledge(self, notify_id, watch_id, reply):
        librados.rados_notify_ack(self.ioctx._handle, self.oid, notify_id, watch_id, reply, len(reply or b""))

    def _error_callback(self, watch_id, error):
        if self.error_callback is not None:
            self.error_callback(watch_id, error)


class Notifications:
    """The part of a pool that watches objects and tells those who watch."""

    def watch(self, obj: str, callback: Callable, error_callback: Optional[Callable] = None, timeout: Optional[int] = None) -> Watch:
        """Calls callback(notify_id, notifier_id, watch_id, data) for each notification; what it returns is the answer to the notifier."""
        self.require_ioctx_open()
        return Watch(self, obj, callback, error_callback, timeout)

    def notify(self, obj: str, msg: str = "", timeout_ms: int = 5000) -> bool:
        """Tells everybody who watches an object and waits for their answers; returns True."""
        self.require_ioctx_open()
        message = cstr(msg, "msg")
        check(librados.rados_notify2(self._handle, cstr(obj, "obj"), message, len(message), uint64(timeout_ms), None, None), f"Failed to notify {obj!r}")
        return True

    def aio_notify(self, obj: str, oncomplete: Callable, msg: str = "", timeout_ms: int = 5000) -> Completion:
        """Tells without waiting: oncomplete(completion, result, acks, timeouts), the acks as (notifier, watch, answer), the timeouts as (notifier, watch)."""
        self.require_ioctx_open()
        name, message, limit = cstr(obj, "obj"), cstr(msg, "msg"), uint64(timeout_ms)
        reply, length = c_void_p(), c_size_t()

        def finished(completion):
            result = completion.get_return_value()
            if result != 0:
                return oncomplete(completion, result, None, None)
            return oncomplete(completion, *_decode(reply, length))

        completion = Completion(self, finished, None, (message, reply, length))
        check(completion._submit(lambda handle: librados.rados_aio_notify(
            self._handle, name, handle, message, len(message), limit, byref(reply), byref(length))), f"aio_notify error: {obj}")
        return completion


def _decode(reply, length):
    acks, timeouts = POINTER(NotifyAck)(), POINTER(NotifyTimeout)()
    ack_count, timeout_count = c_size_t(), c_size_t()
    result = librados.rados_decode_notify_response(reply, length.value, byref(acks), byref(ack_count), byref(timeouts), byref(timeout_count))
    librados.rados_buffer_free(reply)
    if result != 0:
        return result, None, None
    try:
        answered = [(ack.notifier_id, ack.cookie, string_at(ack.payload, ack.payload_len) if ack.payload_len else "") for ack in acks[:ack_count.value]]
        silent = [(timeout.notifier_id, timeout.cookie) for timeout in timeouts[:timeout_count.value]]
    finally:
        librados.rados_free_notify_response(acks, ack_count.value, timeouts)
    return 0, answered, silent


@atexit.register
def _end_all():
    # A notification that came after the interpreter's end would end a thread inside C code.
    for watch in list(_watches.values()):
        try:
            watch.close()
        except Error:
            pass


os.register_at_fork(after_in_child=_watches.clear)
