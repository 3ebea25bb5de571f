"""Memory that the C libraries fill or read."""

import ctypes
import errno
from ctypes import c_char, c_char_p, c_size_t, c_void_p, py_object, pythonapi

from .text import decode_cstr

# With prototypes of their own: ctypes.pythonapi's are shared by everything in the process.
_new_bytes = ctypes.PYFUNCTYPE(py_object, c_void_p, ctypes.c_ssize_t)(("PyBytes_FromStringAndSize", pythonapi))
_address_of_bytes = ctypes.PYFUNCTYPE(c_void_p, py_object)(("PyBytes_AsString", pythonapi))


class ReadBuffer:
    """A bytes object that C fills, so that what is read is copied once only. Nobody else sees it before `take`."""

    def __init__(self, length):
        if length < 0:
            raise OverflowError("can't convert negative value to size_t")
        self._bytes = _new_bytes(None, length)
        self.address = _address_of_bytes(self._bytes)

    def take(self, length):
        """The first bytes that were filled."""
        return self._bytes if length == len(self._bytes) else self._bytes[:length]


def sized_array(kind, count):
    return (kind * max(count, 1))()


def read_growing(read, size):
    """Calls read(buffer, size) with a growing buffer until it no longer answers -ERANGE; returns its answer and the buffer.

    The size is passed as a c_size_t; what the function leaves in it is what is tried next, if that is more."""
    wanted = c_size_t(size)
    while True:
        offered = wanted.value
        buffer = sized_array(c_char, offered)
        result = read(buffer, wanted)
        if result != -errno.ERANGE:
            return result, buffer, wanted.value
        if wanted.value <= offered:
            wanted.value = offered * 2


def texts(data):
    """The texts of a buffer that holds them one after the other, each ended by a NUL."""
    return [decode_cstr(text) for text in data.split(b"\0") if text]


def pointers(values):
    """An array of pointers to byte strings; keeps the strings alive."""
    return (c_char_p * max(len(values), 1))(*values)


def take_bytes(pointer, length, free):
    """The bytes a C function allocated, b'' for none; frees them."""
    if not pointer:
        return b""
    try:
        return ctypes.string_at(pointer, length)
    finally:
        free(pointer)
