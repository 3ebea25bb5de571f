"""The clones of an image."""

from ctypes import byref
from typing import Any, Dict, Iterator, List, Tuple

from ._c import librbd
from ._lists import read_list
from ._structs import LinkedImageSpec
from .text import decode_cstr


def _child(child):
    return {"pool": decode_cstr(child.pool_name), "pool_namespace": decode_cstr(child.pool_namespace), "image": decode_cstr(child.image_name),
            "id": decode_cstr(child.image_id), "trash": child.trash}


class ChildIterator:
    """Clones, as dict of pool, pool_namespace, image, id and trash."""

    def __init__(self, image, descendants: bool = False):
        handle, call = image._open_handle(), librbd.rbd_list_descendants if descendants else librbd.rbd_list_children3
        self._children = read_list(LinkedImageSpec, lambda children, count: call(handle, children, byref(count)),
                                   librbd.rbd_linked_image_spec_list_cleanup, _child, "error listing children.")

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        yield from self._children


class Children:
    """The part of an image that knows its clones: those of the snapshot that is set, or of all."""

    def list_children(self) -> List[Tuple[str, str]]:
        """Pool and name of each clone that is not in the trash."""
        return [(child["pool"], child["image"]) for child in ChildIterator(self) if not child["trash"]]

    def list_children2(self) -> ChildIterator:
        """The clones."""
        return ChildIterator(self)

    def list_descendants(self) -> ChildIterator:
        """The clones, their clones, and so on."""
        return ChildIterator(self, True)
