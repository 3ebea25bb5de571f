"""What goes wrong, as exceptions: one class for each errno that a caller may want to tell from others."""

import errno as _errno
from typing import Optional

MAX_ERRNO = 4095


class Error(Exception):
    """The base of all errors of this module. `errno` is the number the C library answered, or None."""

    phrase: Optional[str] = None

    def __init__(self, message, errno=None):
        super().__init__(f"{self.phrase} ({message})" if self.phrase else message)
        self.message = message
        self.errno = errno

    def __str__(self):
        text = super().__str__()
        return text if self.errno is None else f"[errno {self.errno}] {text}"

    def __reduce__(self):
        return type(self), (self.message, self.errno)


class InvalidArgumentError(Error):
    """EINVAL: an argument makes no sense."""
    phrase = "RADOS invalid argument"


class ExtendMismatch(Error):
    """The content of an object is not what it was compared with; `offset` is the first byte that differs."""
    phrase = "object content does not match"

    def __init__(self, message, errno, offset):
        super().__init__(message, errno)
        self.offset = offset

    def __reduce__(self):
        return type(self), (self.message, self.errno, self.offset)


class OSError(Error):
    """The base of the errors that come from the cluster; also every errno without a class of its own."""


class InterruptedOrTimeoutError(OSError):
    """EINTR"""
    phrase = "RADOS interrupted or timeout"


class PermissionError(OSError):
    """EPERM"""
    phrase = "RADOS permission error"


class PermissionDeniedError(OSError):
    """EACCES"""
    phrase = "RADOS permission denied"


class ObjectNotFound(OSError):
    """ENOENT: an object, a pool, a configuration file, an option is missing."""
    phrase = "RADOS object not found"


class NoData(OSError):
    """ENODATA: an extended attribute is missing."""
    phrase = "RADOS no data"


class ObjectExists(OSError):
    """EEXIST"""
    phrase = "RADOS object exists"


class ObjectBusy(OSError):
    """EBUSY"""
    phrase = "RADOS object busy"


class IOError(OSError):
    """EIO"""
    phrase = "RADOS I/O error"


class NoSpace(OSError):
    """ENOSPC"""
    phrase = "RADOS no space"


class NotConnected(OSError):
    """ENOTCONN"""
    phrase = "RADOS not connected"


class RadosStateError(Error):
    """The connection is not in the state that the call needs."""
    phrase = "RADOS rados state"


class IoctxStateError(Error):
    """The I/O context is closed."""
    phrase = "RADOS Ioctx state error"


class ObjectStateError(Error):
    """The object was removed through this handle."""
    phrase = "RADOS object state error"


class LogicError(Error):
    """A call that makes no sense, or an answer that should not be possible."""
    phrase = "RADOS logic error"


class TimedOut(OSError):
    """ETIMEDOUT"""
    phrase = "RADOS timed out"


class InProgress(Error):
    """EINPROGRESS"""
    phrase = "RADOS in progress error"


class IsConnected(Error):
    """EISCONN"""
    phrase = "RADOS is connected error"


class ConnectionShutdown(OSError):
    """ESHUTDOWN: this client was fenced."""
    phrase = "RADOS connection was shutdown"


ERRORS = {
    _errno.EPERM: PermissionError, _errno.ENOENT: ObjectNotFound, _errno.EIO: IOError, _errno.ENOSPC: NoSpace, _errno.EEXIST: ObjectExists,
    _errno.EBUSY: ObjectBusy, _errno.ENODATA: NoData, _errno.EINTR: InterruptedOrTimeoutError, _errno.ETIMEDOUT: TimedOut,
    _errno.EACCES: PermissionDeniedError, _errno.EINPROGRESS: InProgress, _errno.EISCONN: IsConnected, _errno.EINVAL: InvalidArgumentError,
    _errno.ENOTCONN: NotConnected, _errno.ESHUTDOWN: ConnectionShutdown,
}


def error_of(result: int, message: str) -> Error:
    """The exception for a negative answer of the C library."""
    number = abs(result)
    if number > MAX_ERRNO:
        return ExtendMismatch(message, number, number - MAX_ERRNO)
    return ERRORS.get(number, OSError)(message, errno=number)


def check(result: int, message: str) -> int:
    """Passes a good answer on and raises for a negative one."""
    if result < 0:
        raise error_of(result, message)
    return result
