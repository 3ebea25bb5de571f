"""Mirroring between clusters. On a cluster without it the questions are answered and the changes refused."""

from ctypes import byref, c_char, c_int, c_size_t, c_uint64, sizeof
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from rados._memory import read_growing, sized_array
from rados._numbers import int32, uint32

from ._c import librbd
from ._handles import cluster_handle, pool_handle
from ._lists import read_list
from ._structs import MirrorImageGlobalStatus, MirrorImageInfo, MirrorPeerSite
from .completion import Completion
from .constants import RBD_MIRROR_IMAGE_MODE_JOURNAL, RBD_MIRROR_PEER_DIRECTION_RX_TX
from .errors import check, error_of
from .mirror_lists import MirrorImageInfoIterator, MirrorImageInstanceIdIterator, MirrorImageStatusIterator, info_of, status_of
from .text import cstr, decode_cstr

SUMMARY_STATES_MAX = 32
UUID_SIZE = 512


class MirrorPeerIterator:
    """The peers of a pool, as dict of uuid, direction, site_name, cluster_name, mirror_uuid and client_name."""

    def __init__(self, ioctx):
        pool = pool_handle(ioctx)
        self._peers = read_list(MirrorPeerSite, lambda peers, count: librbd.rbd_mirror_peer_site_list(pool, peers, byref(count)),
                                librbd.rbd_mirror_peer_site_list_cleanup, self._peer, "error listing peers", count=c_int, first=10)

    @staticmethod
    def _peer(peer):
        return {"uuid": decode_cstr(peer.uuid), "direction": peer.direction, "site_name": decode_cstr(peer.site_name),
                "cluster_name": decode_cstr(peer.site_name), "mirror_uuid": decode_cstr(peer.mirror_uuid), "client_name": decode_cstr(peer.client_name)}

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._peers


class PoolMirroring:
    """The part of `RBD` that mirrors pools."""

    def mirror_site_name_get(self, rados) -> str:
        """The name of this cluster among those that mirror each other."""
        cluster = cluster_handle(rados)
        return _text(lambda buffer, size: librbd.rbd_mirror_site_name_get(cluster, buffer, byref(size)), "error getting site name")

    def mirror_site_name_set(self, rados, site_name: str) -> None:
        """Names this cluster."""
        _must("error setting mirror site name", librbd.rbd_mirror_site_name_set, cluster_handle(rados), cstr(site_name, "site_name"))

    def mirror_mode_get(self, ioctx) -> int:
        """RBD_MIRROR_MODE_* of a pool."""
        mode = c_int()
        _must("error getting mirror mode", librbd.rbd_mirror_mode_get, pool_handle(ioctx), byref(mode))
        return mode.value

    def mirror_mode_set(self, ioctx, mirror_mode: int) -> None:
        """Sets the mode of a pool."""
        _must("error setting mirror mode", librbd.rbd_mirror_mode_set, pool_handle(ioctx), int32(mirror_mode))

    def mirror_uuid_get(self, ioctx) -> str:
        """What mirroring calls this pool."""
        pool = pool_handle(ioctx)
        return _text(lambda buffer, size: librbd.rbd_mirror_uuid_get(pool, buffer, byref(size)), "error retrieving mirror uuid")

    def mirror_remote_namespace_get(self, ioctx) -> str:
        """The namespace of the other cluster to which this one is mirrored."""
        pool = pool_handle(ioctx)
        return _text(lambda buffer, size: librbd.rbd_mirror_remote_namespace_get(pool, buffer, byref(size)), "error getting remote namespace")

    def mirror_remote_namespace_set(self, ioctx, remote_namespace: str) -> None:
        """Sets the namespace of the other cluster."""
        _must("error setting remote namespace", librbd.rbd_mirror_remote_namespace_set, pool_handle(ioctx), cstr(remote_namespace, "remote_namespace"))

    def mirror_peer_bootstrap_create(self, ioctx) -> str:
        """A text with which another cluster becomes a peer."""
        pool = pool_handle(ioctx)
        return _text(lambda buffer, size: librbd.rbd_mirror_peer_bootstrap_create(pool, buffer, byref(size)), "error creating bootstrap token")

    def mirror_peer_bootstrap_import(self, ioctx, direction: int, token: str) -> None:
        """Makes the cluster that made a text a peer."""
        _must("error importing bootstrap token", librbd.rbd_mirror_peer_bootstrap_import, pool_handle(ioctx), int32(direction), cstr(token, "token"))

    def mirror_peer_add(self, ioctx, site_name: str, client_name: str, direction: int = RBD_MIRROR_PEER_DIRECTION_RX_TX) -> str:
        """Adds a peer; returns its uuid."""
        uuid = sized_array(c_char, UUID_SIZE)
        _must("error adding mirror peer", librbd.rbd_mirror_peer_site_add, pool_handle(ioctx), uuid, UUID_SIZE, int32(direction),
              cstr(site_name, "site_name"), cstr(client_name, "client_name"))
        return decode_cstr(uuid.value)

    def mirror_peer_remove(self, ioctx, uuid: str) -> None:
        """Removes a peer."""
        _must("error removing mirror peer", librbd.rbd_mirror_peer_site_remove, pool_handle(ioctx), cstr(uuid, "uuid"))

    def mirror_peer_list(self, ioctx) -> MirrorPeerIterator:
        """The peers of a pool."""
        return MirrorPeerIterator(ioctx)

    def mirror_peer_set_client(self, ioctx, uuid: str, client_name: str) -> None:
        """Sets the user with which a peer is reached."""
        _must("error setting mirror peer client name", librbd.rbd_mirror_peer_site_set_client_name, pool_handle(ioctx), cstr(uuid, "uuid"),
              cstr(client_name, "client_name"))

    def mirror_peer_set_name(self, ioctx, uuid: str, site_name: str) -> None:
        """Names a peer."""
        _must("error setting mirror peer site name", librbd.rbd_mirror_peer_site_set_name, pool_handle(ioctx), cstr(uuid, "uuid"),
              cstr(site_name, "site_name"))

    def mirror_peer_set_cluster(self, ioctx, uuid: str, cluster_name: str) -> None:
        """The same as `mirror_peer_set_name`."""
        self.mirror_peer_set_name(ioctx, uuid, cluster_name)

    def mirror_peer_get_attributes(self, ioctx, uuid: str) -> Dict[str, str]:
        """mon_host and key of a peer."""
        pool, identity, count = pool_handle(ioctx), cstr(uuid, "uuid"), c_size_t()
        values = {}

        def read(keys, key_size):
            value_size = c_size_t(max(values.get("size", 0), 512))
            array = sized_array(c_char, value_size.value)
            result = librbd.rbd_mirror_peer_site_get_attributes(pool, identity, keys, byref(key_size), array, byref(value_size), byref(count))
            values.update(size=value_size.value, array=array)
            return result

        result, keys, key_size = read_growing(read, 512)
        check(result, "error getting mirror peer attributes")
        return dict(zip(_each(keys, key_size), _each(values["array"], values["size"])))

    def mirror_peer_set_attributes(self, ioctx, uuid: str, attributes: Dict[str, str]) -> None:
        """Sets mon_host and key of a peer."""
        keys = b"\0".join(cstr(key, "key") for key in attributes)
        values = b"\0".join(cstr(value, "val") for value in attributes.values())
        _must("error setting mirror peer attributes", librbd.rbd_mirror_peer_site_set_attributes, pool_handle(ioctx), cstr(uuid, "uuid"), keys, values,
              len(attributes))

    def mirror_image_status_list(self, ioctx) -> MirrorImageStatusIterator:
        """How the mirrored images of a pool are."""
        return MirrorImageStatusIterator(ioctx)

    def mirror_image_status_summary(self, ioctx) -> List[Tuple[int, int]]:
        """How many images are in each state."""
        states, counts, size = (c_int * SUMMARY_STATES_MAX)(), (c_int * SUMMARY_STATES_MAX)(), c_size_t(SUMMARY_STATES_MAX)
        check(librbd.rbd_mirror_image_status_summary(pool_handle(ioctx), states, counts, byref(size)), "error getting mirror image status summary")
        return list(zip(states[:size.value], counts[:size.value]))

    def mirror_image_instance_id_list(self, ioctx) -> MirrorImageInstanceIdIterator:
        """Which daemon mirrors which image."""
        return MirrorImageInstanceIdIterator(ioctx)

    def mirror_image_info_list(self, ioctx, mode_filter: Optional[int] = None) -> MirrorImageInfoIterator:
        """The mirrored images of a pool, all or those of one mode."""
        return MirrorImageInfoIterator(ioctx, mode_filter)


class ImageMirroring:
    """The part of an image that mirrors it."""

    def mirror_image_enable(self, mode: int = RBD_MIRROR_IMAGE_MODE_JOURNAL) -> None:
        """Begins mirroring."""
        self._do(f"error enabling mirroring for image {self.name}", librbd.rbd_mirror_image_enable2, int32(mode))

    def mirror_image_disable(self, force: bool) -> None:
        """Ends mirroring."""
        self._do(f"error disabling mirroring for image {self.name}", librbd.rbd_mirror_image_disable, bool(force))

    def mirror_image_promote(self, force: bool) -> None:
        """Makes this the image that is written."""
        self._do(f"error promoting image {self.name} to primary", librbd.rbd_mirror_image_promote, bool(force))

    def mirror_image_demote(self) -> None:
        """Makes this the image that follows."""
        self._do(f"error demoting image {self.name} to secondary", librbd.rbd_mirror_image_demote)

    def mirror_image_resync(self) -> None:
        """Copies everything anew from the other cluster."""
        self._do(f"error to resync image {self.name}", librbd.rbd_mirror_image_resync)

    def mirror_image_create_snapshot(self, flags: int = 0) -> int:
        """Takes a snapshot to be mirrored; returns its number."""
        number = c_uint64()
        self._do(f"error creating mirror snapshot for image {self.name}", librbd.rbd_mirror_image_create_snapshot2, uint32(flags), byref(number))
        return number.value

    def mirror_image_get_info(self) -> Dict[str, Any]:
        """global_id, state and primary."""
        info = MirrorImageInfo()
        _must(f"error getting mirror info for image {self.name}", librbd.rbd_mirror_image_get_info, self._open_handle(), byref(info), sizeof(info))
        return _taken_info(info)

    def mirror_image_get_mode(self) -> int:
        """RBD_MIRROR_IMAGE_MODE_* of the image."""
        mode = c_int()
        _must(f"error getting mirror mode for image {self.name}", librbd.rbd_mirror_image_get_mode, self._open_handle(), byref(mode))
        return mode.value

    def mirror_image_get_status(self) -> Dict[str, Any]:
        """How the image is in both clusters."""
        status = MirrorImageGlobalStatus()
        _must(f"error getting mirror status for image {self.name}", librbd.rbd_mirror_image_get_global_status, self._open_handle(), byref(status),
              sizeof(status))
        try:
            return {**status_of(status, self.id()), "info": info_of(status.info)}
        finally:
            librbd.rbd_mirror_image_global_status_cleanup(byref(status))

    def mirror_image_get_instance_id(self) -> str:
        """Which daemon mirrors the image."""
        handle = self._open_handle()
        return _text(lambda buffer, size: librbd.rbd_mirror_image_get_instance_id(handle, buffer, byref(size)),
                     f"error getting mirror instance id for image {self.name}")

    def aio_mirror_image_create_snapshot(self, flags: int, oncomplete: Callable) -> Completion:
        """Takes a snapshot to be mirrored: oncomplete(completion, number), None after a failure."""
        number, bits = c_uint64(), uint32(flags)
        return self._ask(oncomplete, number, lambda: number.value, "error creating mirror snapshot for",
                         lambda handle, operation: librbd.rbd_aio_mirror_image_create_snapshot(handle, bits, byref(number), operation))

    def aio_mirror_image_get_info(self, oncomplete: Callable) -> Completion:
        """Asks for global_id, state and primary: oncomplete(completion, info), None after a failure."""
        info = MirrorImageInfo()
        return self._ask(oncomplete, info, lambda: _taken_info(info), "error getting mirror info for",
                         lambda handle, operation: librbd.rbd_aio_mirror_image_get_info(handle, byref(info), sizeof(info), operation))

    def aio_mirror_image_get_mode(self, oncomplete: Callable) -> Completion:
        """Asks for the mode: oncomplete(completion, mode), None after a failure."""
        mode = c_int()
        return self._ask(oncomplete, mode, lambda: mode.value, "error getting mirror mode for",
                         lambda handle, operation: librbd.rbd_aio_mirror_image_get_mode(handle, byref(mode), operation))

    def _ask(self, oncomplete, kept, take, failure, call):
        def finished(completion):
            return oncomplete(completion, take() if completion.get_return_value() >= 0 else None)

        return self._start(finished, kept, f"{failure} image {self.name}", call)


def _taken_info(info):
    try:
        return info_of(info)
    finally:
        librbd.rbd_mirror_image_get_info_cleanup(byref(info))


def _text(read, failure):
    result, text, _ = read_growing(read, 512)
    check(result, failure)
    return decode_cstr(text.value)


def _each(buffer, size):
    return [decode_cstr(text) for text in buffer.raw[:size].split(b"\0")[:-1]]


def _must(failure, call, *arguments):
    result = call(*arguments)
    if result != 0:
        raise error_of(result, failure)
