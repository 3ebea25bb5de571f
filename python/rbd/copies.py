"""Copying images, and what makes them independent or smaller."""

from typing import Callable, Optional

from rados._numbers import size

from ._c import librbd
from ._handles import pool_handle
from .options import image_options
from .progress import nobody, progress
from .text import cstr


class Copies:
    """The part of an image that copies and flattens it."""

    def copy(self, dest_ioctx, dest_name: str, features: Optional[int] = None, order: Optional[int] = None, stripe_unit: Optional[int] = None,
             stripe_count: Optional[int] = None, data_pool: Optional[str] = None) -> None:
        """Copies what this handle reads into a new image without snapshots; what is not given is as in this image."""
        name = cstr(dest_name, "dest_name")
        with image_options(data_pool, features=features, order=order, stripe_unit=stripe_unit, stripe_count=stripe_count) as options:
            self._do(f"error copying image {self.name} to {name}", librbd.rbd_copy3, pool_handle(dest_ioctx), name, options)

    def deep_copy(self, dest_ioctx, dest_name: str, features: Optional[int] = None, order: Optional[int] = None, stripe_unit: Optional[int] = None,
                  stripe_count: Optional[int] = None, data_pool: Optional[str] = None, clone_format: Optional[int] = None,
                  flatten: bool = False) -> None:
        """Copies the image with its snapshots into a new one, which has the same parent unless `flatten` is set."""
        name = cstr(dest_name, "dest_name")
        with image_options(data_pool, features=features, order=order, stripe_unit=stripe_unit, stripe_count=stripe_count, clone_format=clone_format,
                           flatten=bool(flatten)) as options:
            self._do(f"error deep copying image {self.name} to {name}", librbd.rbd_deep_copy, pool_handle(dest_ioctx), name, options)

    def flatten(self, on_progress: Optional[Callable[[int, int], int]] = None) -> None:
        """Makes a clone independent of its parent."""
        tell = progress(on_progress)
        self._do(f"error flattening {self.name}", librbd.rbd_flatten_with_progress, tell, None)

    def sparsify(self, sparse_size: int) -> None:
        """Lets go of ranges that hold only zeros, in steps of so many bytes."""
        self._do(f"error sparsifying {self.name}", librbd.rbd_sparsify, size(sparse_size))

    def rebuild_object_map(self) -> None:
        """Rebuilds the object map."""
        self._do(f"error rebuilding object map {self.name}", librbd.rbd_rebuild_object_map, nobody, None)
