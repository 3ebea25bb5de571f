"""What goes wrong, as exceptions: one class for each errno that a caller may want to tell from others."""

import errno as _errno
from typing import Optional


class Error(Exception):
    """The base of all errors of this module."""


class OSError(Error):
    """The base of the errors that come from the library. `errno` is the number it answered, or None."""

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


class PermissionError(OSError):
    """EPERM"""
    phrase = "RBD permission error"


class ImageNotFound(OSError):
    """ENOENT: an image, a snapshot, a parent is missing."""
    phrase = "RBD image not found"


class ObjectNotFound(OSError):
    """ENOENT of groups."""
    phrase = "RBD object not found"


class ImageExists(OSError):
    """EEXIST"""
    phrase = "RBD image already exists"


class ObjectExists(OSError):
    """EEXIST of groups."""
    phrase = "RBD object already exists"


class IOError(OSError):
    """EIO"""
    phrase = "RBD I/O error"


class NoSpace(OSError):
    """ENOSPC"""
    phrase = "RBD insufficient space available"


class IncompleteWriteError(OSError):
    """A write crossed the end of the image; what fits was written."""
    phrase = "RBD incomplete write"


class InvalidArgument(OSError):
    """EINVAL, and every use of a closed image."""
    phrase = "RBD invalid argument"


class LogicError(OSError):
    """An answer that should not be possible."""
    phrase = "RBD logic error"


class ReadOnlyImage(OSError):
    """EROFS"""
    phrase = "RBD read-only image"


class ImageBusy(OSError):
    """EBUSY: in use by another client, protected, or with children."""
    phrase = "RBD image is busy"


class ImageHasSnapshots(OSError):
    """ENOTEMPTY"""
    phrase = "RBD image has snapshots"


class FunctionNotSupported(OSError):
    """ENOSYS"""
    phrase = "RBD function not supported"


class ArgumentOutOfRange(OSError):
    """EDOM"""
    phrase = "RBD arguments out of range"


class ConnectionShutdown(OSError):
    """ESHUTDOWN: this client was fenced."""
    phrase = "RBD connection was shutdown"


class Timeout(OSError):
    """ETIMEDOUT"""
    phrase = "RBD operation timeout"


class DiskQuotaExceeded(OSError):
    """EDQUOT"""
    phrase = "RBD disk quota exceeded"


class OperationNotSupported(OSError):
    """EOPNOTSUPP"""
    phrase = "RBD operation not supported"


class OperationCanceled(OSError):
    """ECANCELED"""
    phrase = "RBD operation canceled"


class ImageMemberOfGroup(OSError):
    """EMLINK: an image in a group cannot be removed."""
    phrase = "RBD image is member of group"


ECANCELED = _errno.ECANCELED

ERRORS = {
    _errno.EPERM: PermissionError, _errno.ENOENT: ImageNotFound, _errno.EIO: IOError, _errno.ENOSPC: NoSpace, _errno.EEXIST: ImageExists,
    _errno.EINVAL: InvalidArgument, _errno.EROFS: ReadOnlyImage, _errno.EBUSY: ImageBusy, _errno.ENOTEMPTY: ImageHasSnapshots,
    _errno.ENOSYS: FunctionNotSupported, _errno.EDOM: ArgumentOutOfRange, _errno.ESHUTDOWN: ConnectionShutdown, _errno.ETIMEDOUT: Timeout,
    _errno.EDQUOT: DiskQuotaExceeded, _errno.EOPNOTSUPP: OperationNotSupported, _errno.ECANCELED: OperationCanceled,
    _errno.EMLINK: ImageMemberOfGroup,
}

GROUP_ERRORS = {**ERRORS, _errno.ENOENT: ObjectNotFound, _errno.EEXIST: ObjectExists}


def error_of(result: int, message: str, errors=ERRORS) -> OSError:
    """The exception for a negative answer of the C library."""
    number = abs(result)
    return errors.get(number, OSError)(message, errno=number)


def check(result: int, message: str, errors=ERRORS) -> int:
    """Passes a good answer on and raises for a negative one."""
    if result < 0:
        raise error_of(result, message, errors)
    return result
