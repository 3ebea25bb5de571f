"""Images of a pool: making, listing, removing, renaming, cloning."""

from ctypes import byref, c_int
from typing import Callable, Dict, Iterator, List, Optional, Union

from rados._memory import read_growing, texts
from rados._numbers import int32, uint64

from ._c import librbd
from ._handles import pool_handle
from ._lists import read_list
from ._structs import ImageSpec
from .completion import Completion
from .errors import InvalidArgument, check, error_of
from .image import Image
from .options import image_options
from .progress import progress
from .text import cstr, decode_cstr

_MISSING = object()


class ImageIterator:
    """The images of a pool, as dict of id and name."""

    def __init__(self, ioctx):
        pool = pool_handle(ioctx)
        self._images = read_list(ImageSpec, lambda images, count: librbd.rbd_list2(pool, images, byref(count)), librbd.rbd_image_spec_list_cleanup,
                                 lambda image: {"id": decode_cstr(image.id), "name": decode_cstr(image.name)}, "error listing images.", first=256)

    def __iter__(self) -> Iterator[Dict[str, str]]:
        yield from self._images


class Directory:
    """The part of `RBD` that makes, lists, removes, renames and clones images."""

    def create(self, ioctx, name: str, size: int, order: Optional[int] = None, old_format: bool = False, features: Optional[int] = None,
               stripe_unit: Optional[int] = None, stripe_count: Optional[int] = None, data_pool: Optional[str] = None) -> None:
        """Makes an image of so many bytes. `order` is log2 of the object size; `features` a mask of RBD_FEATURE_*."""
        image, pool, length = cstr(name, "name"), pool_handle(ioctx), uint64(size)
        if old_format:
            result = self._create_old(pool, image, length, order, features, stripe_unit, stripe_count, data_pool)
        else:
            unsigned = None if order is None else int32(order) % 2**64
            with image_options(data_pool, format=2, features=features, order=unsigned, stripe_unit=stripe_unit, stripe_count=stripe_count) as options:
                result = librbd.rbd_create4(pool, image, length, options)
        check(result, "error creating image")

    @staticmethod
    def _create_old(pool, image, length, order, features, stripe_unit, stripe_count, data_pool):
        if features or stripe_unit or stripe_count or data_pool:
            raise InvalidArgument("format 1 images do not support feature masks, non-default striping, nor data pool")
        return librbd.rbd_create(pool, image, length, byref(c_int(order or 0)))

    def clone(self, p_ioctx, p_name: str, p_snapshot: Union[str, int] = _MISSING, c_ioctx=None, c_name: Optional[str] = None,
              features: Optional[int] = None, order: Optional[int] = None, stripe_unit: Optional[int] = None, stripe_count: Optional[int] = None,
              data_pool: Optional[str] = None, clone_format: Optional[int] = None, *, p_snapname: str = _MISSING) -> None:
        """Makes a clone of a snapshot, which is given by name or by number; before Ceph 19 the argument was called `p_snapname`."""
        snapshot = p_snapname if p_snapshot is _MISSING else p_snapshot
        if snapshot is _MISSING:
            raise TypeError("clone() needs the snapshot to clone")
        parent, parent_pool = cstr(p_name, "p_name"), pool_handle(p_ioctx)
        child, child_pool = cstr(c_name, "c_name"), pool_handle(c_ioctx)
        with image_options(data_pool, features=features, order=order, stripe_unit=stripe_unit, stripe_count=stripe_count,
                           clone_format=clone_format) as options:
            if isinstance(snapshot, int):
                result = librbd.rbd_clone4(parent_pool, parent, uint64(snapshot), child_pool, child, options)
            else:
                result = librbd.rbd_clone3(parent_pool, parent, cstr(snapshot, "p_snapname"), child_pool, child, options)
        check(result, "error creating clone")

    def list(self, ioctx) -> List[str]:
        """The names of the images of a pool, without those in the trash."""
        pool = pool_handle(ioctx)
        result, names, _ = read_growing(lambda buffer, size: librbd.rbd_list(pool, buffer, byref(size)), 512)
        return texts(names.raw[:check(result, "error listing images")])

    def list2(self, ioctx) -> ImageIterator:
        """The images of a pool with their ids."""
        return ImageIterator(ioctx)

    def remove(self, ioctx, name: str, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Removes an image without snapshots that nobody else has open."""
        tell = progress(on_progress)
        result = librbd.rbd_remove_with_progress(pool_handle(ioctx), cstr(name, "name"), tell, None)
        if result != 0:
            raise error_of(result, "error removing image")

    def rename(self, ioctx, src: str, dest: str) -> None:
        """Gives an image another name in its pool."""
        result = librbd.rbd_rename(pool_handle(ioctx), cstr(src, "src"), cstr(dest, "dest"))
        if result != 0:
            raise error_of(result, "error renaming image")

    def aio_open_image(self, oncomplete: Callable, ioctx, name: Optional[str] = None, snapshot: Optional[str] = None, read_only: bool = False,
                       image_id: Optional[str] = None) -> Completion:
        """Opens an image without waiting: oncomplete(completion, image). See `Image` for the other arguments."""
        return Image._open_later(oncomplete, ioctx, name, snapshot, read_only, image_id)
