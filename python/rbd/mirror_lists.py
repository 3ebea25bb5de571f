"""Lists of mirrored images, read some at a time."""

from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, cast
from typing import Any, Dict, Iterator, Tuple

from ._c import librbd
from ._handles import pool_handle
from ._structs import MirrorImageGlobalStatus, MirrorImageInfo, MirrorImageSiteStatus
from ._time import utc
from .errors import check
from .text import decode_cstr

PAGE = 1024


def info_of(info):
    return {"global_id": decode_cstr(info.global_id), "state": info.state, "primary": info.primary}


def status_of(status, image_id):
    """A status as a dict: what this cluster says at the top, what the others say in remote_statuses."""
    sites = cast(status.site_statuses, POINTER(MirrorImageSiteStatus))[:status.site_statuses_count] if status.site_statuses else []
    local, remote = {}, []
    for site in sites:
        said = {"state": site.state, "description": decode_cstr(site.description), "last_update": utc(site.last_update), "up": site.up}
        if site.mirror_uuid:
            remote.append({**said, "mirror_uuid": decode_cstr(site.mirror_uuid)})
        else:
            local = said
    info = {name: value for name, value in info_of(status.info).items() if name != "primary"}
    return {"name": decode_cstr(status.name), "id": image_id, "info": info, "remote_statuses": remote, **local}


class _Pages:
    """Entries, each with the id of an image."""

    def __init__(self, ioctx):
        self._ioctx = ioctx
        self._last = b""
        self.get_next_chunk()

    def __iter__(self) -> Iterator[Any]:
        while self._entries:
            yield from self._entries
            if len(self._entries) < PAGE:
                break
            self.get_next_chunk()

    def get_next_chunk(self) -> None:
        """Reads the next entries."""
        ids, count = (c_char_p * PAGE)(), c_size_t()
        columns, free = self._read(pool_handle(self._ioctx), ids, count)
        try:
            rows = list(zip(ids[:count.value], *(column[:count.value] for column in columns)))
            self._entries = [self._entry(decode_cstr(image_id), *row) for image_id, *row in rows]
            self._last = rows[-1][0] if rows else b""
        finally:
            free(ids, count.value)


class MirrorImageStatusIterator(_Pages):
    """How the mirrored images of a pool are, as dict."""

    def _read(self, pool, ids, count):
        images = (MirrorImageGlobalStatus * PAGE)()
        check(librbd.rbd_mirror_image_global_status_list(pool, self._last, PAGE, ids, images, byref(count)), "error listing mirror images status")
        return [images], lambda ids, size: librbd.rbd_mirror_image_global_status_list_cleanup(ids, images, size)

    @staticmethod
    def _entry(image_id, image) -> Dict[str, Any]:
        return status_of(image, image_id)


class MirrorImageInstanceIdIterator(_Pages):
    """Which daemon mirrors which image, as pairs of image id and instance id."""

    def _read(self, pool, ids, count):
        instances = (c_char_p * PAGE)()
        check(librbd.rbd_mirror_image_instance_id_list(pool, self._last, PAGE, ids, instances, byref(count)),
              "error listing mirror images instance ids")
        return [instances], lambda ids, size: librbd.rbd_mirror_image_instance_id_list_cleanup(ids, instances, size)

    @staticmethod
    def _entry(image_id, instance) -> Tuple[str, str]:
        return image_id, decode_cstr(instance)


class MirrorImageInfoIterator(_Pages):
    """The mirrored images of a pool, as pairs of image id and a dict of mode, global_id, state and primary."""

    def __init__(self, ioctx, mode_filter):
        self._mode = None if mode_filter is None else c_int(mode_filter)
        super().__init__(ioctx)

    def _read(self, pool, ids, count):
        modes, infos = (c_int * PAGE)(), (MirrorImageInfo * PAGE)()
        wanted = None if self._mode is None else byref(self._mode)
        check(librbd.rbd_mirror_image_info_list(pool, wanted, self._last, PAGE, ids, modes, infos, byref(count)), "error listing mirror image info")
        return [modes, infos], lambda ids, size: librbd.rbd_mirror_image_info_list_cleanup(ids, infos, size)

    @staticmethod
    def _entry(image_id, mode, info) -> Tuple[str, Dict[str, Any]]:
        return image_id, {"mode": mode, **info_of(info)}
