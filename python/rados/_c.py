"""librados itself."""

from ._functions import PROTOTYPES
from ._library import Library

librados = Library("librados.so.2", PROTOTYPES)
