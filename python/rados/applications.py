"""What pools are used for."""

import errno
from ctypes import byref, c_char, c_size_t
from typing import List, Optional, Tuple

from ._c import librados
from ._memory import read_growing, sized_array, texts
from .errors import check, error_of
from .text import cstr, decode_cstr


class Applications:
    """The part of a pool that knows which applications use it."""

    def application_enable(self, app_name: str, force: bool = False) -> None:
        """Marks the pool as used by an application; a second one needs `force`."""
        self.require_ioctx_open()
        check(librados.rados_application_enable(self._handle, cstr(app_name, "app_name"), 1 if force else 0), "error enabling application")

    def application_list(self) -> Optional[List[str]]:
        """The applications of the pool."""
        self.require_ioctx_open()
        result, names, size = read_growing(lambda buffer, size: librados.rados_application_list(self._handle, buffer, byref(size)), 128)
        if result == -errno.ENOENT:
            return None
        check(result, "error listing applications")
        return texts(names.raw[:size])

    def application_metadata_get(self, app_name: str, key: str) -> str:
        """A value that an application keeps with the pool; `KeyError` if there is none."""
        self.require_ioctx_open()
        application, name = cstr(app_name, "app_name"), cstr(key, "key")
        result, value, _ = read_growing(
            lambda buffer, size: librados.rados_application_metadata_get(self._handle, application, name, buffer, byref(size)), 129)
        if result == -errno.ENOENT:
            raise KeyError(f"no metadata {key} for application {app_name}")
        check(result, f"error getting metadata {key} for application {app_name}")
        return decode_cstr(value.value)

    def application_metadata_set(self, app_name: str, key: str, value: str) -> None:
        """Keeps a value of an application with the pool."""
        self.require_ioctx_open()
        check(librados.rados_application_metadata_set(self._handle, cstr(app_name, "app_name"), cstr(key, "key"), cstr(value, "value")),
              "error setting application metadata")

    def application_metadata_remove(self, app_name: str, key: str) -> None:
        """Forgets a value."""
        self.require_ioctx_open()
        check(librados.rados_application_metadata_remove(self._handle, cstr(app_name, "app_name"), cstr(key, "key")),
              "error removing application metadata")

    def application_metadata_list(self, app_name: str) -> List[Tuple[str, str]]:
        """All values of an application, as pairs of key and value."""
        self.require_ioctx_open()
        application = cstr(app_name, "app_name")
        key_size, value_size = c_size_t(128), c_size_t(128)
        while True:
            keys, values = sized_array(c_char, key_size.value), sized_array(c_char, value_size.value)
            result = librados.rados_application_metadata_list(self._handle, application, keys, byref(key_size), values, byref(value_size))
            if result == 0:
                return list(zip(_each(keys, key_size.value), _each(values, value_size.value)))
            if result != -errno.ERANGE:
                raise error_of(result, "error listing application metadata")


def _each(buffer, size):
    # A value may be empty, so the last NUL ends the list and the others part it.
    return [decode_cstr(text) for text in buffer.raw[:size].split(b"\0")[:-1]]
