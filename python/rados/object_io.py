"""Reading and writing objects."""

import time
from ctypes import byref, c_int64, c_uint64
from typing import Tuple

from ._c import librados
from ._memory import ReadBuffer
from ._numbers import size, uint64
from .errors import MAX_ERRNO, check
from .text import cstr


def data_of(data, name):
    if not isinstance(data, bytes):
        raise TypeError(f"{name} must be bytes")
    return data


class ObjectIo:
    """The part of a pool that reads and writes objects."""

    def write(self, key: str, data: bytes, offset: int = 0) -> int:
        """Writes at an offset, making the object if needed; returns 0."""
        return self._io(key, f"Ioctx.write({self.name}): failed to write {key}", librados.rados_write, *self._sized(data), uint64(offset))

    def write_full(self, key: str, data: bytes) -> int:
        """Replaces the whole content; returns 0."""
        return self._io(key, f"Ioctx.write_full({self.name}): failed to write {key}", librados.rados_write_full, *self._sized(data))

    def writesame(self, key: str, data: bytes, write_len: int, offset: int = 0) -> None:
        """Writes some bytes over and over until so many are written."""
        self._io(key, f"Ioctx.writesame({self.name}): failed to write {key}", librados.rados_writesame,
                 *self._sized(data), size(write_len), uint64(offset))

    def append(self, key: str, data: bytes) -> int:
        """Writes at the end; returns 0."""
        return self._io(key, f"Ioctx.append({self.name}): failed to append {key}", librados.rados_append, *self._sized(data))

    def read(self, key: str, length: int = 8192, offset: int = 0) -> bytes:
        """Reads so many bytes, fewer at the end of the object."""
        buffer = ReadBuffer(length)
        return buffer.take(self._io(key, f"Ioctx.read({self.name}): failed to read {key}", librados.rados_read, buffer.address, length, uint64(offset)))

    def execute(self, key: str, cls: str, method: str, data: bytes, length: int = 8192) -> Tuple[int, bytes]:
        """Runs a method of an object class; returns the number of bytes it answered, and those."""
        buffer = ReadBuffer(length)
        result = self._io(key, f"Ioctx.execute({self.name}): failed to execute {cls}::{method} on {key}", librados.rados_exec,
                          cstr(cls, "cls"), cstr(method, "method"), *self._sized(data), buffer.address, length)
        return result, buffer.take(result)

    def cmpext(self, key: str, cmp_buf: bytes, offset: int = 0) -> int:
        """Compares content with some bytes: 0 if equal, -4095 minus the index of the first byte that differs if not."""
        self.require_ioctx_open()
        result = librados.rados_cmpext(self._handle, cstr(key, "key"), *self._sized(cmp_buf), uint64(offset))
        if -MAX_ERRNO < result < 0:
            check(result, f"Ioctx.cmpext({self.name}): failed to compare {key}")
        return result

    def remove_object(self, key: str) -> bool:
        """Removes an object; returns True."""
        self._io(key, f"Failed to remove '{key}'", librados.rados_remove)
        return True

    def trunc(self, key: str, size: int) -> int:
        """Sets the size of an object; what is new reads as zeros."""
        return self._io(key, f"Ioctx.trunc({self.name}): failed to truncate {key}", librados.rados_trunc, uint64(size))

    def stat(self, key: str) -> Tuple[int, time.struct_time]:
        """The size in bytes and the local time of the last change."""
        length, changed = c_uint64(), c_int64()
        self._io(key, f"Failed to stat {key!r}", librados.rados_stat, byref(length), byref(changed))
        return length.value, time.localtime(changed.value)

    def _io(self, key, failure, call, *arguments):
        self.require_ioctx_open()
        return check(call(self._handle, cstr(key, "key"), *arguments), failure)

    @staticmethod
    def _sized(data):
        return data_of(data, "data"), len(data)
