"""Pools as places for images: initialising, statistics, namespaces, feature names, the version."""

from ctypes import byref, c_bool, c_int, c_uint64, c_void_p
from typing import Dict, List, Tuple

from rados._memory import read_growing, texts
from rados._numbers import uint64

from ._c import librbd
from ._handles import pool_handle
from .constants import (
    RBD_POOL_STAT_OPTION_IMAGE_MAX_PROVISIONED_BYTES, RBD_POOL_STAT_OPTION_IMAGE_PROVISIONED_BYTES, RBD_POOL_STAT_OPTION_IMAGE_SNAPSHOTS,
    RBD_POOL_STAT_OPTION_IMAGES, RBD_POOL_STAT_OPTION_TRASH_IMAGES, RBD_POOL_STAT_OPTION_TRASH_MAX_PROVISIONED_BYTES,
    RBD_POOL_STAT_OPTION_TRASH_PROVISIONED_BYTES, RBD_POOL_STAT_OPTION_TRASH_SNAPSHOTS)
from .errors import check, error_of
from .text import cstr, decode_cstr

STATS = {
    "image_count": RBD_POOL_STAT_OPTION_IMAGES,
    "image_provisioned_bytes": RBD_POOL_STAT_OPTION_IMAGE_PROVISIONED_BYTES,
    "image_max_provisioned_bytes": RBD_POOL_STAT_OPTION_IMAGE_MAX_PROVISIONED_BYTES,
    "image_snap_count": RBD_POOL_STAT_OPTION_IMAGE_SNAPSHOTS,
    "trash_count": RBD_POOL_STAT_OPTION_TRASH_IMAGES,
    "trash_provisioned_bytes": RBD_POOL_STAT_OPTION_TRASH_PROVISIONED_BYTES,
    "trash_max_provisioned_bytes": RBD_POOL_STAT_OPTION_TRASH_MAX_PROVISIONED_BYTES,
    "trash_snap_count": RBD_POOL_STAT_OPTION_TRASH_SNAPSHOTS,
}


class ImagePools:
    """The part of `RBD` that is about pools and the library."""

    def version(self) -> Tuple[int, int, int]:
        """The version of librbd; services look at the second number."""
        numbers = [c_int(), c_int(), c_int()]
        librbd.rbd_version(*map(byref, numbers))
        return tuple(number.value for number in numbers)

    def features_to_string(self, features: int) -> str:
        """The names of features, parted by commas."""
        mask = uint64(features)
        result, names, _ = read_growing(lambda buffer, size: librbd.rbd_features_to_string(mask, buffer, byref(size)), 1024)
        if result != 0:
            raise error_of(result, "error converting features bitmask to str")
        return decode_cstr(names.value)

    def features_from_string(self, str_features: str) -> int:
        """The mask of names of features; '' stands for the default ones."""
        mask = c_uint64()
        result = librbd.rbd_features_from_string(cstr(str_features, "str_features"), byref(mask))
        if result != 0:
            raise error_of(result, "error getting features bitmask from str")
        return mask.value

    def pool_init(self, ioctx, force: bool) -> None:
        """Marks a pool as used for images."""
        result = librbd.rbd_pool_init(pool_handle(ioctx), bool(force))
        if result != 0:
            raise error_of(result, "error initializing pool")

    def pool_stats_get(self, ioctx) -> Dict[str, int]:
        """How many images, snapshots and bytes are in a pool and in its trash."""
        pool, values, stats = pool_handle(ioctx), {name: c_uint64() for name in STATS}, c_void_p()
        librbd.rbd_pool_stats_create(byref(stats))
        try:
            for name, option in STATS.items():
                librbd.rbd_pool_stats_option_add_uint64(stats, option, byref(values[name]))
            result = librbd.rbd_pool_stats_get(pool, stats)
        finally:
            librbd.rbd_pool_stats_destroy(stats)
        if result != 0:
            raise error_of(result, "error retrieving pool stats")
        return {name: value.value for name, value in values.items()}

    def namespace_create(self, ioctx, name: str) -> None:
        """Makes a namespace in a pool."""
        self._namespace("error creating namespace", librbd.rbd_namespace_create, ioctx, name)

    def namespace_remove(self, ioctx, name: str) -> None:
        """Removes an empty namespace."""
        self._namespace("error removing namespace", librbd.rbd_namespace_remove, ioctx, name)

    def namespace_exists(self, ioctx, name: str) -> bool:
        """Whether a pool has a namespace."""
        exists = c_bool()
        self._namespace("error verifying namespace", librbd.rbd_namespace_exists, ioctx, name, byref(exists))
        return exists.value

    def namespace_list(self, ioctx) -> List[str]:
        """The namespaces of a pool."""
        pool = pool_handle(ioctx)
        result, names, size = read_growing(lambda buffer, size: librbd.rbd_namespace_list(pool, buffer, byref(size)), 512)
        check(result, "error listing namespaces")
        return texts(names.raw[:size])

    @staticmethod
    def _namespace(failure, call, ioctx, name, *arguments):
        result = call(pool_handle(ioctx), cstr(name, "name"), *arguments)
        if result != 0:
            raise error_of(result, failure)
