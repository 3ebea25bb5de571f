"""Asynchronous operations that C has not finished: what they use stays alive, and the process does not end under them.

No lock is taken anywhere: a dict's own operations are atomic, and the locks of `threading` belong to one thread once eventlet has replaced them."""

import atexit
import ctypes
import os
from itertools import count

_operations = {}
numbers = count(1)

# Not time.sleep, which eventlet replaces.
_usleep = ctypes.CDLL(None).usleep

STEP_US = 2000
EXIT_STEPS_MAX = 2500


def keep(operation):
    """Keeps an operation until it is dropped; the answer is the number that C hands back to its callback."""
    key = next(numbers)
    _operations[key] = operation
    return key


def drop(key):
    """Forgets an operation and returns it, or None for one that another process started."""
    return _operations.pop(key, None)


def _wait_at_exit():
    # A thread of the library that asked for the interpreter after its end would be ended inside C code. Five seconds are enough for a callback;
    # an operation that hangs must not hang the process.
    for _ in range(EXIT_STEPS_MAX):
        if not _operations:
            return
        _usleep(STEP_US)


atexit.register(_wait_at_exit)
os.register_at_fork(after_in_child=_operations.clear)
