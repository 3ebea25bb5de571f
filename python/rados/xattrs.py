"""Extended attributes of objects."""

from ctypes import byref, c_char_p, c_size_t, c_void_p, string_at
from typing import Iterator, Tuple

from ._c import librados
from ._memory import read_growing
from .errors import check, error_of
from .text import cstr, decode_cstr


class XattrIterator:
    """The extended attributes of an object, as pairs of name and value."""

    _iterator = None

    def __init__(self, ioctx, oid: str):
        self.ioctx = ioctx
        self.oid = cstr(oid, "oid")
        iterator = c_void_p()
        result = librados.rados_getxattrs(ioctx._handle, self.oid, byref(iterator))
        if result != 0:
            raise error_of(result, f"Failed to get rados xattrs for object {oid!r}")
        self._iterator = iterator.value

    def __iter__(self) -> Iterator[Tuple[str, bytes]]:
        return self

    def __next__(self) -> Tuple[str, bytes]:
        name, value, length = c_char_p(), c_void_p(), c_size_t()
        result = librados.rados_getxattrs_next(self._iterator, byref(name), byref(value), byref(length))
        if result != 0:
            raise error_of(result, f"error iterating over the extended attributes in '{self.oid}'")
        if name.value is None:
            raise StopIteration
        return decode_cstr(name.value), string_at(value, length.value) if value else b""

    def __del__(self, end=librados.rados_getxattrs_end):
        if self._iterator is not None:
            end(self._iterator)


class Xattrs:
    """The part of a pool that knows the extended attributes of objects."""

    def get_xattr(self, key: str, xattr_name: str) -> bytes:
        """The value of an attribute."""
        self.require_ioctx_open()
        oid, name = cstr(key, "key"), cstr(xattr_name, "xattr_name")
        result, value, _ = read_growing(lambda buffer, size: librados.rados_getxattr(self._handle, oid, name, buffer, size), 4096)
        check(result, f"Failed to get xattr {xattr_name!r}")
        return value.raw[:result]

    def get_xattrs(self, oid: str) -> XattrIterator:
        """All attributes of an object."""
        self.require_ioctx_open()
        return XattrIterator(self, oid)

    def set_xattr(self, key: str, xattr_name: str, xattr_value: bytes) -> bool:
        """Sets an attribute, making the object if needed; returns True."""
        self._io(key, f"Failed to set xattr {xattr_name!r}", librados.rados_setxattr, cstr(xattr_name, "xattr_name"), *self._sized(xattr_value))
        return True

    def rm_xattr(self, key: str, xattr_name: str) -> bool:
        """Removes an attribute; returns True."""
        self._io(key, f"Failed to delete key {key!r} xattr {xattr_name!r}", librados.rados_rmxattr, cstr(xattr_name, "xattr_name"))
        return True
