"""Keys and values that are kept with images and pools; the options among them override the configuration."""

import errno
from ctypes import byref, c_char, c_int, c_size_t
from typing import Any, Dict, Iterator, Tuple

from rados._memory import read_growing, sized_array

from ._c import librbd
from ._handles import pool_handle
from ._lists import read_list
from ._structs import ConfigOption
from .errors import error_of
from .text import cstr, decode_cstr

PAGE = 32


def _option(entry):
    return {"name": decode_cstr(entry.name), "value": decode_cstr(entry.value), "source": entry.source}


def get(call, handle, key, what, failure):
    result, value, _ = read_growing(lambda buffer, size: call(handle, key, buffer, byref(size)), 4096)
    if result == -errno.ENOENT:
        raise KeyError(f"no {what}")
    if result != 0:
        raise error_of(result, f"{failure} {what}")
    return decode_cstr(value.value)


def put(call, handle, key, value, what, failure):
    result = call(handle, key, cstr(value, "value"))
    if result != 0:
        raise error_of(result, f"{failure} {what}")


def remove(call, handle, key, what, failure):
    result = call(handle, key)
    if result == -errno.ENOENT:
        raise KeyError(f"no {what}")
    if result != 0:
        raise error_of(result, f"{failure} {what}")


def option_key(key):
    return cstr("conf_" + decode_cstr(cstr(key, "key")), "key")


class _Pages:
    """Pairs of key and value, read some at a time."""

    def __init__(self, read, failure):
        self._read = read
        self._failure = failure
        self._last = b""
        self.get_next_chunk()

    def __iter__(self) -> Iterator[Tuple[str, str]]:
        while self.next_chunk:
            yield from self.next_chunk
            if len(self.next_chunk) < PAGE:
                break
            self.get_next_chunk()

    def get_next_chunk(self) -> None:
        """Reads the next pairs."""
        key_size, value_size = c_size_t(4096), c_size_t(4096)
        while True:
            keys, values = sized_array(c_char, key_size.value), sized_array(c_char, value_size.value)
            result = self._read(self._last, PAGE, keys, byref(key_size), values, byref(value_size))
            if result != -errno.ERANGE:
                break
        if result < 0:
            raise error_of(result, self._failure)
        # A value may be empty: the last NUL ends the list and the others part it.
        names, contents = (buffer.raw[:size.value].split(b"\0")[:-1] for buffer, size in ((keys, key_size), (values, value_size)))
        self._last = names[-1] if names else self._last
        self.next_chunk = list(zip(map(decode_cstr, names), map(decode_cstr, contents)))


class PoolMetadataIterator(_Pages):
    """The metadata of a pool, as pairs of key and value."""

    def __init__(self, ioctx):
        super().__init__(lambda *where: librbd.rbd_pool_metadata_list(pool_handle(ioctx), *where), "error listing metadata")


class MetadataIterator(_Pages):
    """The metadata of an image, as pairs of key and value."""

    def __init__(self, image):
        super().__init__(lambda *where: librbd.rbd_metadata_list(image._open_handle(), *where), f"error listing metadata for image {image.name}")


class ConfigPoolIterator:
    """The options of a pool, as dict of name, value and source."""

    def __init__(self, ioctx):
        pool = pool_handle(ioctx)
        self._options = read_list(ConfigOption, lambda options, count: librbd.rbd_config_pool_list(pool, options, byref(count)),
                                  librbd.rbd_config_pool_list_cleanup, _option, "error listing config options", count=c_int, first=128)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._options


class ConfigImageIterator:
    """The options of an image, as dict of name, value and source."""

    def __init__(self, image):
        handle = image._open_handle()
        self._options = read_list(ConfigOption, lambda options, count: librbd.rbd_config_image_list(handle, options, byref(count)),
                                  librbd.rbd_config_image_list_cleanup, _option, "error listing config options", count=c_int, first=128)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._options


class PoolMetadata:
    """The part of `RBD` that knows metadata and options of pools. A missing key raises `KeyError`."""

    def pool_metadata_get(self, ioctx, key: str) -> str:
        """The value of a key."""
        name = cstr(key, "key")
        return get(librbd.rbd_pool_metadata_get, pool_handle(ioctx), name, f"metadata {name}", "error getting")

    def pool_metadata_set(self, ioctx, key: str, value: str) -> None:
        """Sets a key."""
        name = cstr(key, "key")
        put(librbd.rbd_pool_metadata_set, pool_handle(ioctx), name, value, f"metadata {name}", "error setting")

    def pool_metadata_remove(self, ioctx, key: str) -> None:
        """Removes a key."""
        name = cstr(key, "key")
        remove(librbd.rbd_pool_metadata_remove, pool_handle(ioctx), name, f"metadata {name}", "error removing")

    def pool_metadata_list(self, ioctx) -> PoolMetadataIterator:
        """All pairs of key and value."""
        return PoolMetadataIterator(ioctx)

    def config_list(self, ioctx) -> ConfigPoolIterator:
        """All options that images can have, with their value for this pool."""
        return ConfigPoolIterator(ioctx)

    def config_get(self, ioctx, key: str) -> str:
        """The value that overrides an option for this pool."""
        return get(librbd.rbd_pool_metadata_get, pool_handle(ioctx), option_key(key), f"config {key} for pool {ioctx.name}", "error getting")

    def config_set(self, ioctx, key: str, value: str) -> None:
        """Overrides an option for this pool."""
        put(librbd.rbd_pool_metadata_set, pool_handle(ioctx), option_key(key), value, f"config {key} for pool {ioctx.name}", "error setting")

    def config_remove(self, ioctx, key: str) -> None:
        """Ends overriding an option for this pool."""
        remove(librbd.rbd_pool_metadata_remove, pool_handle(ioctx), option_key(key), f"config {key} for pool {ioctx.name}", "error removing")


class ImageMetadata:
    """The part of an image that knows its metadata and options. A missing key raises `KeyError`."""

    def metadata_get(self, key: str) -> str:
        """The value of a key."""
        name = cstr(key, "key")
        return get(librbd.rbd_metadata_get, self._open_handle(), name, f"metadata {name} for image {self.name}", "error getting")

    def metadata_set(self, key: str, value: str) -> None:
        """Sets a key."""
        name = cstr(key, "key")
        put(librbd.rbd_metadata_set, self._open_handle(), name, value, f"metadata {name} for image {self.name}", "error setting")

    def metadata_remove(self, key: str) -> None:
        """Removes a key."""
        name = cstr(key, "key")
        remove(librbd.rbd_metadata_remove, self._open_handle(), name, f"metadata {name} for image {self.name}", "error removing")

    def metadata_list(self) -> MetadataIterator:
        """All pairs of key and value."""
        return MetadataIterator(self)

    def config_list(self) -> ConfigImageIterator:
        """All options that images can have, with their value for this one."""
        return ConfigImageIterator(self)

    def config_get(self, key: str) -> str:
        """The value that overrides an option for this image."""
        return get(librbd.rbd_metadata_get, self._open_handle(), option_key(key), f"config {key} for image {self.name}", "error getting")

    def config_set(self, key: str, value: str) -> None:
        """Overrides an option for this image."""
        put(librbd.rbd_metadata_set, self._open_handle(), option_key(key), value, f"config {key} for image {self.name}", "error setting")

    def config_remove(self, key: str) -> None:
        """Ends overriding an option for this image."""
        remove(librbd.rbd_metadata_remove, self._open_handle(), option_key(key), f"config {key} for image {self.name}", "error removing")
