"""librbd itself. Importing `rados` first loads the librados of the same release, which librbd needs."""

from rados._c import librados  # noqa: F401
from rados._library import Library

from ._functions import PROTOTYPES

librbd = Library("librbd.so.1", PROTOTYPES)
