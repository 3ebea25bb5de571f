"""Connections to a cluster, its pools and the objects in them: the Python module `rados`, on the librados of CurveRbd.

Text is `str`, data is `bytes`; names may be given as bytes too. A failure raises a subclass of `Error` with the errno in `errno`."""

from .cluster import Rados, Version
from .completion import Completion
from .constants import *  # noqa: F401,F403
from .errors import (
    MAX_ERRNO, ConnectionShutdown, Error, ExtendMismatch, InProgress, InterruptedOrTimeoutError, InvalidArgumentError, IoctxStateError, IOError,
    IsConnected, LogicError, NoData, NoSpace, NotConnected, ObjectBusy, ObjectExists, ObjectNotFound, ObjectStateError, OSError, PermissionDeniedError,
    PermissionError, RadosStateError, TimedOut)
from .ioctx import Ioctx
from .monitor_log import MonitorLog
from .object import Object, set_object_locator, set_object_namespace
from .object_list import ObjectIterator
from .omap import OMAP_KEY_TYPE, OmapIterator
from .operations import OpCtx, ReadOp, ReadOpCtx, WriteOp, WriteOpCtx
from .pool_snaps import Snap, SnapIterator
from .text import cstr, cstr_list, decode_cstr, flatten_dict
from .watch import Watch
from .xattrs import XattrIterator

# Errors travel between services by the name of their module and class.
for _public in list(vars().values()):
    if isinstance(_public, type):
        _public.__module__ = __name__
del _public
