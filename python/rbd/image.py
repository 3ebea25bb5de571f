"""Images."""

import os
from ctypes import byref, c_void_p
from functools import wraps
from typing import Callable, Optional

from ._c import librbd
from ._handles import pool_handle
from .async_io import AsyncIo
from .children import Children
from .completion import Completion
from .copies import Copies
from .diff import Diff
from .encryption import Encryption
from .errors import InvalidArgument, check, error_of
from .image_info import ImageInfos
from .io import Io
from .locks import Locks
from .metadata import ImageMetadata
from .mirroring import ImageMirroring
from .parents import Parents
from .snapshot_namespaces import SnapshotNamespaces
from .snapshots import Snapshots
from .text import cstr
from .watchers import Watchers


def requires_not_closed(f):
    """Makes a method of an image raise `InvalidArgument` once the image is closed."""
    @wraps(f)
    def checked(self, *args, **kwargs):
        self.require_not_closed()
        return f(self, *args, **kwargs)
    return checked


class Image(ImageInfos, Io, AsyncIo, Snapshots, SnapshotNamespaces, Parents, Children, Copies, Diff, Locks, Watchers, ImageMetadata, ImageMirroring,
            Encryption):
    """An open image. Every method may be called from every thread; once it is closed all of them raise `InvalidArgument`."""

    _handle = None

    def __init__(self, ioctx, name: Optional[str] = None, snapshot: Optional[str] = None, read_only: bool = False, image_id: Optional[str] = None,
                 _oncomplete: Optional[Callable] = None):
        """Opens an image, by name or by id, as it is now or at a snapshot. Read-only it does not count as in use."""
        image, identity, snap = cstr(name, "name", opt=True), cstr(image_id, "image_id", opt=True), cstr(snapshot, "snapshot", opt=True)
        if image is not None and identity is not None:
            raise InvalidArgument("only need to specify image name or image id")
        if image is None and identity is None:
            raise InvalidArgument("image name or image id was not specified")
        self.name = identity if image is None else image
        self._process = os.getpid()
        # The pool must outlive the image.
        self._ioctx = ioctx
        self._by_id = image is None
        self._read_only = bool(read_only)
        self._opened = c_void_p()
        self._failure = f"error opening image {self.name} at snapshot {snap}"
        self._open_completion = None
        if _oncomplete is None:
            self._open(pool_handle(ioctx), snap)
        else:
            self._open_completion = self._start_opening(pool_handle(ioctx), snap, _oncomplete)

    def _open(self, pool, snap):
        opening = {(False, False): librbd.rbd_open, (False, True): librbd.rbd_open_read_only,
                   (True, False): librbd.rbd_open_by_id, (True, True): librbd.rbd_open_by_id_read_only}[self._by_id, self._read_only]
        result = opening(pool, self.name, byref(self._opened), snap)
        if result != 0:
            raise error_of(result, self._failure)
        self._take_handle()

    def _start_opening(self, pool, snap, oncomplete):
        opening = {(False, False): librbd.rbd_aio_open, (False, True): librbd.rbd_aio_open_read_only,
                   (True, False): librbd.rbd_aio_open_by_id, (True, True): librbd.rbd_aio_open_by_id_read_only}[self._by_id, self._read_only]

        def opened(completion):
            if completion.get_return_value() == 0:
                self._take_handle()
            return oncomplete(completion, self)

        return Completion(self, opened)._submit(lambda handle: opening(pool, self.name, byref(self._opened), snap, handle), self._failure)

    def _take_handle(self):
        self._handle = self._opened.value
        if self._by_id:
            self.name = cstr(self.get_name(), "name")

    @classmethod
    def _open_later(cls, oncomplete, ioctx, name, snapshot, read_only, image_id):
        image = cls(ioctx, name, snapshot, read_only, image_id, oncomplete)
        completion, image._open_completion = image._open_completion, None
        return completion

    @property
    def closed(self) -> bool:
        """Whether the image is closed."""
        return self._handle is None

    def require_not_closed(self) -> None:
        """Raises `InvalidArgument` once the image is closed."""
        self._open_handle()

    def _open_handle(self):
        # Read once: another thread may close the image at any time, and C refuses the handle from then on.
        handle = self._handle
        if handle is None:
            raise InvalidArgument("image is closed")
        return handle

    def close(self) -> None:
        """Closes the image after everything that was started has finished; a second time does nothing."""
        # Taken in one step: of several threads that close the image one does it.
        handle = vars(self).pop("_handle", None)
        # In a forked process the image is still its parent's.
        if handle is not None and self._process == os.getpid():
            check(librbd.rbd_close(handle), f"error while closing image {self.name}")

    def aio_close(self, oncomplete: Callable) -> Completion:
        """Closes the image without waiting: oncomplete(completion)."""
        handle = vars(self).pop("_handle", None)
        if handle is None:
            raise InvalidArgument("image is closed")
        return Completion(self, oncomplete)._submit(lambda operation: librbd.rbd_aio_close(handle, operation), f"error while closing image {self.name}")

    def __enter__(self) -> "Image":
        return self

    def __exit__(self, type_, value, traceback) -> bool:
        self.close()
        return False

    def __del__(self):
        self.close()

    def __repr__(self):
        return f"rbd.Image(ioctx, {self.name!r})"

    def _get(self, call, kind, failure):
        """The number or structure that call(image, result) fills in."""
        value = kind()
        result = call(self._open_handle(), byref(value))
        if result != 0:
            raise error_of(result, f"{failure} image {self.name}")
        return value

    def _do(self, failure, call, *arguments):
        """Calls call(image, ...) and raises for a negative answer."""
        return check(call(self._open_handle(), *arguments), failure)
