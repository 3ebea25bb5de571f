"""Reading and writing objects without waiting."""

import time
from ctypes import byref, c_int64, c_uint64
from typing import Callable, Optional

from ._c import librados
from ._memory import ReadBuffer
from ._numbers import size, uint64
from .completion import Completion
from .errors import check
from .text import cstr


class AsyncObjectIo:
    """The part of a pool that starts operations on objects. `oncomplete` and then `onsafe` get the `Completion` once an operation has finished."""

    def aio_stat(self, object_name: str, oncomplete: Callable) -> Completion:
        """Asks for size and time: oncomplete(completion, size, time), None for both after a failure."""
        length, changed = c_uint64(), c_int64()

        def finished(completion):
            if completion.get_return_value() >= 0:
                return oncomplete(completion, length.value, time.localtime(changed.value))
            return oncomplete(completion, None, None)

        return self._start(object_name, f"error stating {object_name}", finished, None, (length, changed),
                           librados.rados_aio_stat, byref(length), byref(changed))

    def aio_write(self, object_name: str, to_write: bytes, offset: int = 0, oncomplete: Optional[Callable] = None,
                  onsafe: Optional[Callable] = None) -> Completion:
        """Writes at an offset."""
        return self._start(object_name, f"error writing object {object_name}", oncomplete, onsafe, to_write,
                           librados.rados_aio_write, *self._sized(to_write), uint64(offset))

    def aio_write_full(self, object_name: str, to_write: bytes, oncomplete: Optional[Callable] = None, onsafe: Optional[Callable] = None) -> Completion:
        """Replaces the whole content."""
        return self._start(object_name, f"error writing object {object_name}", oncomplete, onsafe, to_write,
                           librados.rados_aio_write_full, *self._sized(to_write))

    def aio_writesame(self, object_name: str, to_write: bytes, write_len: int, offset: int = 0, oncomplete: Optional[Callable] = None) -> Completion:
        """Writes some bytes over and over until so many are written."""
        return self._start(object_name, f"error writing object {object_name}", oncomplete, None, to_write,
                           librados.rados_aio_writesame, *self._sized(to_write), size(write_len), uint64(offset))

    def aio_append(self, object_name: str, to_append: bytes, oncomplete: Optional[Callable] = None, onsafe: Optional[Callable] = None) -> Completion:
        """Writes at the end."""
        return self._start(object_name, f"error appending object {object_name}", oncomplete, onsafe, to_append,
                           librados.rados_aio_append, *self._sized(to_append))

    def aio_read(self, object_name: str, length: int, offset: int, oncomplete: Optional[Callable] = None) -> Completion:
        """Reads: oncomplete(completion, data), None for the data after a failure."""
        buffer = ReadBuffer(length)
        return self._start(object_name, f"error reading {object_name}", self._with_data(oncomplete, buffer), None, buffer,
                           librados.rados_aio_read, buffer.address, length, uint64(offset))

    def aio_execute(self, object_name: str, cls: str, method: str, data: bytes, length: int = 8192, oncomplete: Optional[Callable] = None,
                    onsafe: Optional[Callable] = None) -> Completion:
        """Runs a method of an object class: oncomplete(completion, answer), None for the answer after a failure."""
        buffer = ReadBuffer(length)
        return self._start(object_name, f"error executing {cls}::{method} on {object_name}", self._with_data(oncomplete, buffer),
                           self._with_data(onsafe, buffer), (buffer, data),
                           librados.rados_aio_exec, cstr(cls, "cls"), cstr(method, "method"), *self._sized(data), buffer.address, length)

    def aio_cmpext(self, object_name: str, cmp_buf: bytes, offset: int = 0, oncomplete: Optional[Callable] = None) -> Completion:
        """Compares content with some bytes; see `cmpext` for the return value."""
        return self._start(object_name, f"failed to compare {object_name}", oncomplete, None, cmp_buf,
                           librados.rados_aio_cmpext, *self._sized(cmp_buf), uint64(offset))

    def aio_setxattr(self, object_name: str, xattr_name: str, xattr_value: bytes, oncomplete: Optional[Callable] = None) -> Completion:
        """Sets an extended attribute."""
        return self._start(object_name, f"Failed to set xattr {xattr_name!r}", oncomplete, None, xattr_value,
                           librados.rados_aio_setxattr, cstr(xattr_name, "xattr_name"), *self._sized(xattr_value))

    def aio_rmxattr(self, object_name: str, xattr_name: str, oncomplete: Optional[Callable] = None) -> Completion:
        """Removes an extended attribute."""
        return self._start(object_name, f"Failed to remove xattr {xattr_name!r}", oncomplete, None, None,
                           librados.rados_aio_rmxattr, cstr(xattr_name, "xattr_name"))

    def aio_remove(self, object_name: str, oncomplete: Optional[Callable] = None, onsafe: Optional[Callable] = None) -> Completion:
        """Removes an object."""
        return self._start(object_name, f"error removing {object_name}", oncomplete, onsafe, None, librados.rados_aio_remove)

    def aio_flush(self) -> None:
        """Waits until everything that was started in this pool is written."""
        self.require_ioctx_open()
        check(librados.rados_aio_flush(self._handle), "error flushing")

    def _start(self, object_name, failure, oncomplete, onsafe, kept, call, *arguments):
        self.require_ioctx_open()
        name = cstr(object_name, "object_name")
        completion = Completion(self, oncomplete, onsafe, (kept, arguments))
        check(completion._submit(lambda handle: call(self._handle, name, handle, *arguments)), failure)
        return completion

    @staticmethod
    def _with_data(callback, buffer):
        if not callback:
            return None

        def finished(completion):
            result = completion.get_return_value()
            return callback(completion, buffer.take(result) if result >= 0 else None)

        return finished
