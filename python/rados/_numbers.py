"""Whole numbers of a size that C can take. ctypes cuts off what does not fit; these refuse it."""

from operator import index


def _checked(value, low, high, kind):
    number = index(value)
    if number < low:
        raise OverflowError(f"can't convert negative value to {kind}" if low == 0 else f"value too small to convert to {kind}")
    if number > high:
        raise OverflowError(f"value too large to convert to {kind}")
    return number


def uint64(value):
    return _checked(value, 0, 2**64 - 1, "uint64_t")


def int64(value):
    return _checked(value, -2**63, 2**63 - 1, "int64_t")


def uint32(value):
    return _checked(value, 0, 2**32 - 1, "uint32_t")


def uint8(value):
    return _checked(value, 0, 255, "uint8_t")


def int32(value):
    return _checked(value, -2**31, 2**31 - 1, "int")


def size(value):
    return _checked(value, 0, 2**63 - 1, "size_t")
