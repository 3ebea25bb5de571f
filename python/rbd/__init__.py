"""Images: the Python module `rbd`, on the librbd of CurveRbd.

Text is `str`, data is `bytes`; names may be given as bytes too. A failure raises a subclass of `Error` with the errno in `errno`."""

from .children import ChildIterator
from .completion import Completion
from .constants import *  # noqa: F401,F403
from .directory import Directory, ImageIterator
from .errors import (
    ECANCELED, ArgumentOutOfRange, ConnectionShutdown, DiskQuotaExceeded, Error, FunctionNotSupported, ImageBusy, ImageExists, ImageHasSnapshots,
    ImageMemberOfGroup, ImageNotFound, IncompleteWriteError, InvalidArgument, IOError, LogicError, NoSpace, ObjectExists, ObjectNotFound, OperationCanceled,
    OperationNotSupported, OSError, PermissionError, ReadOnlyImage, Timeout)
from .groups import Group, GroupImageIterator, Groups, GroupSnapIterator
from .image import Image, requires_not_closed
from .locks import LockOwnerIterator
from .metadata import ConfigImageIterator, ConfigPoolIterator, MetadataIterator, PoolMetadata, PoolMetadataIterator
from .migration import Migration
from .mirror_lists import MirrorImageInfoIterator, MirrorImageInstanceIdIterator, MirrorImageStatusIterator
from .mirroring import MirrorPeerIterator, PoolMirroring
from .pools import ImagePools
from .snapshots import SnapIterator
from .text import cstr, decode_cstr
from .trash import Trash, TrashIterator
from .watchers import WatcherIterator


class RBD(Directory, Trash, Groups, Migration, PoolMirroring, PoolMetadata, ImagePools):
    """What can be done with images that need not be open. It keeps nothing, so make one whenever you need it."""


# Errors travel between services by the name of their module and class.
for _public in list(vars().values()):
    if isinstance(_public, type):
        _public.__module__ = __name__
del _public
