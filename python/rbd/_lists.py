"""Lists that C functions fill: an array, a count that goes in and comes out, and a function that frees what the array points at."""

import errno
from ctypes import c_size_t

from rados._memory import sized_array

from .errors import ERRORS, check


def read_list(kind, read, free, convert, failure, errors=ERRORS, count=c_size_t, first=32):
    """The entries that read(array, count) writes, each converted while C's memory lives, which then is freed.

    The count is passed by reference by `read`; -ERANGE leaves in it how many there are."""
    wanted = count(first)
    while True:
        offered = wanted.value
        array = sized_array(kind, offered)
        result = read(array, wanted)
        if result != -errno.ERANGE:
            break
        if wanted.value <= offered:
            wanted.value = offered * 2
    check(result, failure, errors)
    try:
        return [convert(entry) for entry in array[:wanted.value]]
    finally:
        free(array, wanted.value)
