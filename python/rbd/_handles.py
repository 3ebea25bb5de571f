"""The handles of pools and connections, as C takes them."""

import errno

import rados

from .errors import OSError


def pool_handle(ioctx):
    """The C handle of an open pool. A closed one raises here: to C its handle would be any number."""
    if not isinstance(ioctx, rados.Ioctx):
        raise TypeError(f"Argument 'ioctx' has incorrect type (expected rados.Ioctx, got {type(ioctx).__name__})")
    if ioctx._handle is None:
        raise OSError(f"the I/O context of pool {ioctx.name} is closed", errno.EBADF)
    return ioctx._handle


def cluster_handle(cluster):
    """The C handle of a connection."""
    if not isinstance(cluster, rados.Rados):
        raise TypeError(f"Argument 'rados' has incorrect type (expected rados.Rados, got {type(cluster).__name__})")
    if cluster._handle is None:
        raise OSError("the connection is shut down", errno.EBADF)
    return cluster._handle
