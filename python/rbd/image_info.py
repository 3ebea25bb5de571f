"""What an image is: size, features, identity, times, group; and changing size and features."""

from ctypes import byref, c_int, c_uint8, c_uint64, sizeof
from datetime import datetime
from typing import Any, Dict

from rados._memory import read_growing
from rados._numbers import uint64

from ._c import librbd
from ._structs import GroupInfo, ImageInfo, TimeSpec
from ._time import local, utc
from .errors import InvalidArgument, error_of
from .progress import nobody
from .text import decode_cstr


class ImageInfos:
    """The part of an image that tells what it is."""

    def stat(self) -> Dict[str, Any]:
        """Size, obj_size, num_objs, order, block_name_prefix; parent_pool and parent_name say nothing."""
        info = self._get(lambda handle, out: librbd.rbd_stat(handle, out, sizeof(ImageInfo)), ImageInfo, "error getting info for")
        return {
            "size": info.size, "obj_size": info.obj_size, "num_objs": info.num_objs, "order": info.order,
            "block_name_prefix": decode_cstr(info.block_name_prefix), "parent_pool": info.parent_pool, "parent_name": info.parent_name,
        }

    def size(self) -> int:
        """The size in bytes; of the snapshot that is set, if one is."""
        return self._get(librbd.rbd_get_size, c_uint64, "error getting size for").value

    def resize(self, size: int, allow_shrink: bool = True) -> None:
        """Sets the size in bytes. What is cut off is gone; what is new reads as zeros."""
        wanted, before = uint64(size), self.size()
        if wanted == before:
            return
        if not allow_shrink and wanted < before:
            raise InvalidArgument("error allow_shrink is False but old_size > new_size")
        self._do(f"error resizing image {self.name}", librbd.rbd_resize2, wanted, bool(allow_shrink), nobody, None)

    def features(self) -> int:
        """The mask of RBD_FEATURE_*."""
        return self._get(librbd.rbd_get_features, c_uint64, "error getting features for").value

    def update_features(self, features: int, enabled: bool) -> None:
        """Switches features on or off."""
        result = librbd.rbd_update_features(self._open_handle(), uint64(features), 1 if enabled else 0)
        if result != 0:
            raise error_of(result, f"error updating features for image {self.name}")

    def op_features(self) -> int:
        """The mask of RBD_OPERATION_FEATURE_*."""
        return self._get(librbd.rbd_get_op_features, c_uint64, "error getting op features for").value

    def flags(self) -> int:
        """The mask of RBD_FLAG_*."""
        return self._get(librbd.rbd_get_flags, c_uint64, "error getting flags for").value

    def old_format(self) -> bool:
        """Whether the image has format 1, which no longer can be made."""
        return self._get(librbd.rbd_get_old_format, c_uint8, "error getting old_format for").value != 0

    def stripe_unit(self) -> int:
        """The stripe unit in bytes; the object size without striping."""
        return self._get(librbd.rbd_get_stripe_unit, c_uint64, "error getting stripe unit for").value

    def stripe_count(self) -> int:
        """Over how many objects the image is striped; 1 without striping."""
        return self._get(librbd.rbd_get_stripe_count, c_uint64, "error getting stripe count for").value

    def get_name(self) -> str:
        """The name."""
        return self._text(lambda handle, buffer, size: librbd.rbd_get_name(handle, buffer, byref(size)), "error getting name for")

    def id(self) -> str:
        """The id, which stays when the image gets another name."""
        return self._text(librbd.rbd_get_id, "error getting id for")

    def block_name_prefix(self) -> str:
        """How the names of the image's objects begin."""
        return self._text(librbd.rbd_get_block_name_prefix, "error getting block name prefix for")

    def data_pool_id(self) -> int:
        """The number of the pool that holds the data."""
        return self._do(f"error getting data pool id for image {self.name}", librbd.rbd_get_data_pool_id)

    def create_timestamp(self) -> datetime:
        """When the image was made, in UTC."""
        return utc(self._get(librbd.rbd_get_create_timestamp, TimeSpec, "error getting create timestamp for").tv_sec)

    def access_timestamp(self) -> datetime:
        """When the image was read, in local time and not to the second."""
        return local(self._get(librbd.rbd_get_access_timestamp, TimeSpec, "error getting access timestamp for").tv_sec)

    def modify_timestamp(self) -> datetime:
        """When the image was written, in local time and not to the second."""
        return local(self._get(librbd.rbd_get_modify_timestamp, TimeSpec, "error getting modify timestamp for").tv_sec)

    def group(self) -> Dict[str, Any]:
        """Pool and name of the group of the image; '' for none."""
        info = self._get(lambda handle, out: librbd.rbd_get_group(handle, out, sizeof(GroupInfo)), GroupInfo, "error getting group for")
        try:
            return {"pool": info.pool, "name": decode_cstr(info.name)}
        finally:
            librbd.rbd_group_info_cleanup(byref(info), sizeof(GroupInfo))

    def is_exclusive_lock_owner(self) -> bool:
        """Whether this handle owns the image."""
        return self._get(librbd.rbd_is_exclusive_lock_owner, c_int, "error getting lock status for").value == 1

    def _text(self, call, failure):
        handle = self._open_handle()
        result, text, _ = read_growing(lambda buffer, size: call(handle, buffer, size), 64)
        if result != 0:
            raise error_of(result, f"{failure} image {self.name}")
        return decode_cstr(text.value)
