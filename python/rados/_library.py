"""Finds the C libraries and loads them, without starting anything in them."""

import ctypes
import errno
import os
import pathlib


class Library:
    """The functions of one C library; each gets its prototype when it is first used. All of them let other threads run while they work."""

    def __init__(self, soname, prototypes):
        self._prototypes = prototypes
        self._loaded = ctypes.CDLL(find(soname))

    def __getattr__(self, name):
        result, *parameters = self._prototypes[name]
        try:
            function = self._loaded[name]
            function.restype, function.argtypes = result, parameters
        except AttributeError:
            # Some functions are exported only once they work: programs look for them to learn what the library can do.
            function = _not_supported
        setattr(self, name, function)
        return function


def _not_supported(*_):
    return -errno.EOPNOTSUPP


def find(soname):
    """The path of a library of this release, or its bare name for the dynamic loader to look up."""
    package = pathlib.Path(__file__).resolve().parent
    for directory in (package / "lib", package.parent.parent / "lib"):
        path = directory / soname
        if path.exists():
            return os.fspath(path)
    return soname
