"""Pools of a cluster."""

import errno
from ctypes import byref, c_char, c_int64
from typing import List, Optional

from ._c import librados
from ._memory import read_growing, sized_array, texts
from ._numbers import int64, uint8, uint64
from .errors import check, error_of
from .text import cstr, decode_cstr


class Pools:
    """The part of a connection that knows the pools."""

    def pool_exists(self, pool_name: str) -> bool:
        """Whether there is a pool of this name."""
        return self._find_pool(pool_name) is not None

    def pool_lookup(self, pool_name: str) -> Optional[int]:
        """The number of a pool, or None."""
        return self._find_pool(pool_name)

    def _find_pool(self, pool_name):
        self.require_state("connected")
        result = librados.rados_pool_lookup(self._handle, cstr(pool_name, "pool_name"))
        return None if result == -errno.ENOENT else check(result, f"error looking up pool '{pool_name}'")

    def pool_reverse_lookup(self, pool_id: int) -> Optional[str]:
        """The name of a pool, or None."""
        self.require_state("connected")
        number = int64(pool_id)
        result, name, _ = read_growing(lambda buffer, size: librados.rados_pool_reverse_lookup(self._handle, number, buffer, size), 512)
        if result == -errno.ENOENT:
            return None
        check(result, f"error reverse looking up pool '{pool_id}'")
        return decode_cstr(name.value)

    def create_pool(self, pool_name: str, crush_rule: Optional[int] = None, auid: Optional[int] = None) -> None:
        """Makes a pool."""
        self.require_state("connected")
        name = cstr(pool_name, "pool_name")
        if crush_rule is None and auid is None:
            result = librados.rados_pool_create(self._handle, name)
        elif auid is None:
            result = librados.rados_pool_create_with_crush_rule(self._handle, name, uint8(crush_rule))
        elif crush_rule is None:
            result = librados.rados_pool_create_with_auid(self._handle, name, uint64(auid))
        else:
            result = librados.rados_pool_create_with_all(self._handle, name, uint64(auid), uint8(crush_rule))
        check(result, f"error creating pool '{pool_name}'")

    def delete_pool(self, pool_name: str) -> None:
        """Removes a pool with all that is in it."""
        self.require_state("connected")
        check(librados.rados_pool_delete(self._handle, cstr(pool_name, "pool_name")), f"error deleting pool '{pool_name}'")

    def get_pool_base_tier(self, pool_id: int) -> int:
        """The pool below a cache tier; the pool itself where there are no tiers."""
        self.require_state("connected")
        tier = c_int64()
        check(librados.rados_pool_get_base_tier(self._handle, int64(pool_id), byref(tier)), f"get_pool_base_tier({pool_id})")
        return tier.value

    def get_inconsistent_pgs(self, pool_id: int) -> List[str]:
        """The placement groups of a pool in which replicas differ."""
        self.require_state("connected")
        number = int64(pool_id)
        return self._names(lambda buffer, size: librados.rados_inconsistent_pg_list(self._handle, number, buffer, size), "error calling inconsistent_pg_list")

    def list_pools(self) -> List[str]:
        """The names of all pools."""
        self.require_state("connected")
        return self._names(lambda buffer, size: librados.rados_pool_list(self._handle, buffer, size), "error listing pools")

    @staticmethod
    def _names(read, failure):
        # These answer the size they need instead of -ERANGE.
        size = 512
        while True:
            buffer = sized_array(c_char, size)
            result = read(buffer, size)
            if result < 0:
                raise error_of(result, failure)
            if result <= size:
                return texts(buffer.raw[:result])
            size = result
