"""Listing the objects of a pool."""

from ctypes import byref, c_size_t, c_void_p, string_at
from typing import Iterator

from ._c import librados
from .errors import check
from .object import Object
from .text import decode_cstr


class ObjectIterator:
    """The objects of a pool, as `Object`."""

    _list = None

    def __init__(self, ioctx):
        self.ioctx = ioctx
        handle = c_void_p()
        check(librados.rados_nobjects_list_open(ioctx._handle, byref(handle)), f"error iterating over the objects in ioctx '{ioctx.name}'")
        self._list = handle.value

    def __iter__(self) -> Iterator[Object]:
        return self

    def __next__(self) -> Object:
        found = [c_void_p(), c_void_p(), c_void_p()]
        sizes = [c_size_t(), c_size_t(), c_size_t()]
        if librados.rados_nobjects_list_next2(self._list, *map(byref, found), *map(byref, sizes)) < 0:
            raise StopIteration
        key, locator, nspace = (decode_cstr(string_at(text, size.value)) if text else None for text, size in zip(found, sizes))
        return Object(self.ioctx, key, locator, nspace)

    def __del__(self, close=librados.rados_nobjects_list_close):
        if self._list is not None:
            close(self._list)


class ObjectListing:
    """The part of a pool that lists objects."""

    def list_objects(self) -> ObjectIterator:
        """The objects in the namespace that was chosen; LIBRADOS_ALL_NSPACES stands for all."""
        self.require_ioctx_open()
        return ObjectIterator(self)
