"""A pool that is in use."""

import os
from ctypes import byref, c_int, c_uint64
from typing import Dict, Optional

from ._c import librados
from ._memory import read_growing
from ._structs import PoolStat
from .applications import Applications
from .async_io import AsyncObjectIo
from .errors import IoctxStateError, check, error_of
from .locks import ObjectLocks
from .object_io import ObjectIo
from .object_list import ObjectListing
from .omap import Omaps
from .operations import Operations
from .pool_snaps import PoolSnapshots
from .text import cstr, decode_cstr
from .watch import Notifications
from .xattrs import Xattrs

STATS = [name for name, _ in PoolStat._fields_][:12]


class Ioctx(ObjectIo, AsyncObjectIo, Xattrs, Omaps, Operations, ObjectListing, PoolSnapshots, ObjectLocks, Notifications, Applications):
    """A pool, opened with `Rados.open_ioctx`. Images opened through it stay open when it is closed."""

    _handle = None

    def __init__(self, rados, name: str, handle: int):
        self.rados = rados
        self.name = name
        self.state = "open"
        self.locator_key = ""
        self.nspace = ""
        self.safe_completions: list = []
        self.complete_completions: list = []
        self._handle = handle
        self._process = os.getpid()

    def __enter__(self) -> "Ioctx":
        return self

    def __exit__(self, type_, value, traceback) -> bool:
        self.close()
        return False

    def __del__(self):
        self.close()

    def close(self) -> None:
        """Closes the pool; a second time does nothing."""
        self.state = "closed"
        handle = vars(self).pop("_handle", None)
        if handle is not None and self._process == os.getpid():
            librados.rados_ioctx_destroy(handle)

    def dup(self) -> "Ioctx":
        """Opens the same pool and namespace once more."""
        again = self.rados.open_ioctx2(self.get_pool_id())
        again.set_namespace(self.get_namespace())
        return again

    def require_ioctx_open(self) -> None:
        """Raises `IoctxStateError` once this is closed."""
        if self.state != "open":
            raise IoctxStateError(f"The pool is {self.state}")

    def get_pool_id(self) -> int:
        """The number of the pool."""
        self.require_ioctx_open()
        return librados.rados_ioctx_get_id(self._handle)

    def get_pool_name(self) -> str:
        """The name of the pool."""
        self.require_ioctx_open()
        result, name, _ = read_growing(lambda buffer, size: librados.rados_ioctx_get_pool_name(self._handle, buffer, size.value), 64)
        check(result, "get pool name error")
        return decode_cstr(name.value)

    def get_stats(self) -> Dict[str, int]:
        """What the pool holds and what was done in it."""
        self.require_ioctx_open()
        stats = PoolStat()
        check(librados.rados_ioctx_pool_stat(self._handle, byref(stats)), f"Ioctx.get_stats({self.name}): get_stats failed")
        return {name: getattr(stats, name) for name in STATS}

    def set_namespace(self, nspace: Optional[str]) -> None:
        """Chooses the namespace in which objects and images are looked for; '' is the pool itself."""
        self.require_ioctx_open()
        librados.rados_ioctx_set_namespace(self._handle, cstr(nspace or "", "nspace"))
        self.nspace = nspace or ""

    def get_namespace(self) -> str:
        """The namespace that was chosen."""
        return self.nspace

    def set_locator_key(self, loc_key: str) -> None:
        """Chooses the key that decides where objects are placed."""
        self.require_ioctx_open()
        librados.rados_ioctx_locator_set_key(self._handle, cstr(loc_key, "loc_key"))
        self.locator_key = loc_key

    def get_locator_key(self) -> str:
        """The key that was chosen."""
        return self.locator_key

    def set_osdmap_full_try(self) -> None:
        """Lets writes be tried although the pool is full."""
        self.require_ioctx_open()
        librados.rados_set_pool_full_try(self._handle)

    def unset_osdmap_full_try(self) -> None:
        """Ends what `set_osdmap_full_try` began."""
        self.require_ioctx_open()
        librados.rados_unset_pool_full_try(self._handle)

    def get_last_version(self) -> int:
        """The version of the object that was read or written last."""
        self.require_ioctx_open()
        return librados.rados_get_last_version(self._handle)

    def alignment(self) -> Optional[int]:
        """The alignment in bytes that appends need, or None."""
        self.require_ioctx_open()
        required = c_int()
        result = librados.rados_ioctx_pool_requires_alignment2(self._handle, byref(required))
        if result != 0:
            raise error_of(result, "error checking alignment")
        if not required.value:
            return None
        alignment = c_uint64()
        result = librados.rados_ioctx_pool_required_alignment2(self._handle, byref(alignment))
        if result != 0:
            raise error_of(result, "error querying alignment")
        return alignment.value
