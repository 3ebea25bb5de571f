"""Keys and values of objects."""

from ctypes import byref, c_char_p, c_size_t, c_void_p, string_at
from typing import Iterator, Optional, Sequence, Tuple

from ._c import librados
from ._memory import pointers
from ._numbers import uint64
from .errors import Error, error_of
from .text import cstr, cstr_list, decode_cstr


class OmapIterator:
    """Keys and values that a read operation asked for; to be used after it ran."""

    def __init__(self, ioctx):
        self.ioctx = ioctx
        self._iterator = c_void_p()

    def __iter__(self) -> Iterator[Tuple[str, Optional[bytes]]]:
        return self

    def __next__(self) -> Tuple[str, Optional[bytes]]:
        key, value, length = c_char_p(), c_void_p(), c_size_t()
        result = librados.rados_omap_get_next(self._iterator, byref(key), byref(value), byref(length))
        if result != 0:
            raise error_of(result, "error iterating over the omap")
        if key.value is None:
            raise StopIteration
        return decode_cstr(key.value), string_at(value, length.value) if value else None

    def __del__(self, end=librados.rados_omap_get_end):
        if self._iterator:
            end(self._iterator)


class Omaps:
    """The part of a pool that adds steps about keys and values to operations."""

    def set_omap(self, write_op, keys: Sequence[str], values: Sequence[bytes]) -> None:
        """Sets keys to values."""
        if len(keys) != len(values):
            raise Error("Rados(): keys and values must have the same number of items")
        names, contents = cstr_list(keys, "keys"), cstr_list(values, "values")
        lengths = (c_size_t * max(len(contents), 1))(*map(len, contents))
        write_op._add(librados.rados_write_op_omap_set, pointers(names), pointers(contents), lengths, len(names))

    def remove_omap_keys(self, write_op, keys: Sequence[str]) -> None:
        """Removes keys."""
        names = cstr_list(keys, "keys")
        write_op._add(librados.rados_write_op_omap_rm_keys, pointers(names), len(names))

    def remove_omap_range2(self, write_op, key_begin: str, key_end: str) -> None:
        """Removes the keys from `key_begin` on and before `key_end`."""
        first, end = cstr(key_begin, "key_begin"), cstr(key_end, "key_end")
        write_op._add(librados.rados_write_op_omap_rm_range2, first, len(first), end, len(end))

    def clear_omap(self, write_op) -> None:
        """Removes all keys."""
        write_op._add(librados.rados_write_op_omap_clear)

    def get_omap_vals(self, read_op, start_after: str, filter_prefix: str, max_return: int) -> Tuple[OmapIterator, int]:
        """Asks for keys and values after a key and with a prefix; the second value is always 0."""
        found = OmapIterator(self)
        read_op._add(librados.rados_read_op_omap_get_vals2, cstr(start_after or None, "start_after", opt=True),
                     cstr(filter_prefix or None, "filter_prefix", opt=True), uint64(max_return), byref(found._iterator), None, None)
        return found, 0

    def get_omap_keys(self, read_op, start_after: str, max_return: int) -> Tuple[OmapIterator, int]:
        """Asks for keys after a key; the second value is always 0."""
        found = OmapIterator(self)
        read_op._add(librados.rados_read_op_omap_get_keys2, cstr(start_after or None, "start_after", opt=True),
                     uint64(max_return), byref(found._iterator), None, None)
        return found, 0

    def get_omap_vals_by_keys(self, read_op, keys: Sequence[str]) -> Tuple[OmapIterator, int]:
        """Asks for the values of keys; the second value is always 0."""
        names = cstr_list(keys, "keys")
        found = OmapIterator(self)
        read_op._add(librados.rados_read_op_omap_get_vals_by_keys, pointers(names), len(names), byref(found._iterator), None)
        return found, 0
