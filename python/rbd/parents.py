"""The snapshot an image was cloned from."""

import json
from ctypes import byref, c_uint64
from typing import Any, Dict, Tuple

from rados._memory import read_growing

from ._c import librbd
from ._structs import LinkedImageSpec, SnapSpec
from .errors import check, error_of
from .text import decode_cstr


class Parents:
    """The part of an image that knows its parent; `ImageNotFound` where there is none."""

    def get_parent_image_spec(self) -> Dict[str, str]:
        """The parent: pool_name, pool_namespace, image_name, snap_name."""
        parent = self._parent()
        return {name: parent[name] for name in ("pool_name", "pool_namespace", "image_name", "snap_name")}

    def parent_info(self) -> Tuple[str, str, str]:
        """The parent: pool, image, snapshot."""
        parent = self._parent()
        return parent["pool_name"], parent["image_name"], parent["snap_name"]

    def parent_id(self) -> str:
        """The id of the parent."""
        return self._parent()["image_id"]

    def overlap(self) -> int:
        """Up to which byte the parent shows through."""
        return self._get(librbd.rbd_get_overlap, c_uint64, "error getting overlap for").value

    def migration_source_spec(self) -> Dict[str, Any]:
        """What an image that is being migrated is filled from."""
        handle = self._open_handle()
        result, spec, _ = read_growing(lambda buffer, size: librbd.rbd_get_migration_source_spec(handle, buffer, byref(size)), 512)
        check(result, "error retrieving migration source")
        return json.loads(decode_cstr(spec.value))

    def _parent(self):
        image, snap = LinkedImageSpec(), SnapSpec()
        result = librbd.rbd_get_parent(self._open_handle(), byref(image), byref(snap))
        if result != 0:
            raise error_of(result, f"error getting parent info for image {self.name}")
        try:
            return {**{name: decode_cstr(getattr(image, name)) for name in ("pool_name", "pool_namespace", "image_name", "image_id")},
                    "snap_name": decode_cstr(snap.name)}
        finally:
            librbd.rbd_linked_image_spec_cleanup(byref(image))
            librbd.rbd_snap_spec_cleanup(byref(snap))
