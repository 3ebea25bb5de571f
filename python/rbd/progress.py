"""Progress of long operations."""

import sys
from ctypes import CFUNCTYPE, c_int, c_uint64, c_void_p


@CFUNCTYPE(c_int, c_uint64, c_uint64, c_void_p)
def nobody(offset, total, _):
    """For functions that call it whether or not somebody listens."""
    return 0


def progress(on_progress):
    """The C callback for on_progress(done, total), to be kept by the caller until the operation returns.

    What `on_progress` returns goes to C, where a negative number ends some operations; an exception in it is reported and goes no further."""
    if not on_progress:
        return nobody

    @CFUNCTYPE(c_int, c_uint64, c_uint64, c_void_p)
    def tell(offset, total, _):
        # What ctypes answers for a callback that raised is any number, and C would take it for an errno.
        try:
            result = on_progress(offset, total)
            return 0 if result is None else int(result)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            return 0

    return tell
