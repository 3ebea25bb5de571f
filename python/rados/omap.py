"""Keys and values of objects."""

from ctypes import byref, c_size_t, c_void_p, string_at
from typing import Any, Callable, Iterator, Optional, Sequence, Tuple, Union

from ._c import librados
from ._memory import pointers
from ._numbers import uint64
from .errors import Error, error_of
from .text import cstr, cstr_list


OMAP_KEY_TYPE = Union[str, bytes]


class OmapIterator:
    """Keys and values that a read operation asked for; to be used after it ran. `omap_key_type` makes a key of its bytes."""

    def __init__(self, ioctx, omap_key_type: Callable[[bytes], Any] = bytes.decode):
        self.ioctx = ioctx
        self.omap_key_type = omap_key_type
        self._iterator = c_void_p()

    def __iter__(self) -> Iterator[Tuple[Any, Optional[bytes]]]:
        return self

    def __next__(self) -> Tuple[Any, Optional[bytes]]:
        key, value, key_length, length = c_void_p(), c_void_p(), c_size_t(), c_size_t()
        result = librados.rados_omap_get_next2(self._iterator, byref(key), byref(value), byref(key_length), byref(length))
        if result != 0:
            raise error_of(result, "error iterating over the omap")
        if not key:
            raise StopIteration
        return self.omap_key_type(string_at(key, key_length.value)), string_at(value, length.value) if value else None

    def __del__(self, end=librados.rados_omap_get_end):
        if self._iterator:
            end(self._iterator)


def _lengths(texts):
    return (c_size_t * max(len(texts), 1))(*map(len, texts))


class Omaps:
    """The part of a pool that adds steps about keys and values to operations."""

    def set_omap(self, write_op, keys: Sequence[str], values: Sequence[bytes]) -> None:
        """Sets keys to values."""
        if len(keys) != len(values):
            raise Error("Rados(): keys and values must have the same number of items")
        names, contents = cstr_list(keys, "keys"), cstr_list(values, "values")
        write_op._add(librados.rados_write_op_omap_set2, pointers(names), pointers(contents), _lengths(names), _lengths(contents), len(names))

    def remove_omap_keys(self, write_op, keys: Sequence[str]) -> None:
        """Removes keys."""
        names = cstr_list(keys, "keys")
        write_op._add(librados.rados_write_op_omap_rm_keys2, pointers(names), _lengths(names), len(names))

    def remove_omap_range2(self, write_op, key_begin: str, key_end: str) -> None:
        """Removes the keys from `key_begin` on and before `key_end`."""
        first, end = cstr(key_begin, "key_begin"), cstr(key_end, "key_end")
        write_op._add(librados.rados_write_op_omap_rm_range2, first, len(first), end, len(end))

    def clear_omap(self, write_op) -> None:
        """Removes all keys."""
        write_op._add(librados.rados_write_op_omap_clear)

    def get_omap_vals(self, read_op, start_after: OMAP_KEY_TYPE, filter_prefix: OMAP_KEY_TYPE, max_return: int,
                      omap_key_type: Callable[[bytes], Any] = bytes.decode) -> Tuple[OmapIterator, int]:
        """Asks for keys and values after a key and with a prefix; the second value is always 0."""
        found = OmapIterator(self, omap_key_type)
        read_op._add(librados.rados_read_op_omap_get_vals2, cstr(start_after or None, "start_after", opt=True),
                     cstr(filter_prefix or None, "filter_prefix", opt=True), uint64(max_return), byref(found._iterator), None, None)
        return found, 0

    def get_omap_keys(self, read_op, start_after: OMAP_KEY_TYPE, max_return: int,
                      omap_key_type: Callable[[bytes], Any] = bytes.decode) -> Tuple[OmapIterator, int]:
        """Asks for keys after a key; the second value is always 0."""
        found = OmapIterator(self, omap_key_type)
        read_op._add(librados.rados_read_op_omap_get_keys2, cstr(start_after or None, "start_after", opt=True),
                     uint64(max_return), byref(found._iterator), None, None)
        return found, 0

    def get_omap_vals_by_keys(self, read_op, keys: Sequence[OMAP_KEY_TYPE],
                              omap_key_type: Callable[[bytes], Any] = bytes.decode) -> Tuple[OmapIterator, int]:
        """Asks for the values of keys; the second value is always 0."""
        names = cstr_list(keys, "keys")
        found = OmapIterator(self, omap_key_type)
        read_op._add(librados.rados_read_op_omap_get_vals_by_keys2, pointers(names), len(names), _lengths(names), byref(found._iterator), None)
        return found, 0
