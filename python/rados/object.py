"""An object that is used like a file."""

from functools import wraps
from typing import Optional, Tuple

from .errors import LogicError, ObjectStateError


def set_object_locator(func):
    """Runs a method of an `Object` under the object's locator key."""
    @wraps(func)
    def placed(self, *args, **kwargs):
        if self.locator_key is None:
            return func(self, *args, **kwargs)
        before = self.ioctx.get_locator_key()
        self.ioctx.set_locator_key(self.locator_key)
        try:
            return func(self, *args, **kwargs)
        finally:
            self.ioctx.set_locator_key(before)
    return placed


def set_object_namespace(func):
    """Runs a method of an `Object` in the object's namespace."""
    @wraps(func)
    def inside(self, *args, **kwargs):
        if self.nspace is None:
            raise LogicError("Namespace not set properly in context")
        before = self.ioctx.get_namespace()
        self.ioctx.set_namespace(self.nspace)
        try:
            return func(self, *args, **kwargs)
        finally:
            self.ioctx.set_namespace(before)
    return inside


def _existing(func):
    @set_object_locator
    @set_object_namespace
    @wraps(func)
    def checked(self, *args, **kwargs):
        self.require_object_exists()
        return func(self, *args, **kwargs)
    return checked


class Object:
    """An object of a pool with a position, read and written like a file."""

    def __init__(self, ioctx, key: str, locator_key: Optional[str] = None, nspace: Optional[str] = None):
        self.key = key
        self.ioctx = ioctx
        self.offset = 0
        self.state = "exists"
        self.locator_key = locator_key
        self.nspace = "" if nspace is None else nspace

    def __str__(self):
        return f"rados.Object(ioctx={self.ioctx},key={self.key},nspace={self.nspace or '--default--'},locator={self.locator_key})"

    def require_object_exists(self) -> None:
        """Raises `ObjectStateError` once the object was removed through this handle."""
        if self.state != "exists":
            raise ObjectStateError(f"The object is {self.state}")

    @_existing
    def read(self, length: int = 1024 * 1024) -> bytes:
        """Reads so many bytes from the position on, fewer at the end."""
        data = self.ioctx.read(self.key, length, self.offset)
        self.offset += len(data)
        return data

    @_existing
    def write(self, string_to_write: bytes) -> int:
        """Writes at the position and returns 0."""
        result = self.ioctx.write(self.key, string_to_write, self.offset)
        self.offset += len(string_to_write)
        return result

    @_existing
    def remove(self) -> None:
        """Removes the object; this handle is of no use afterwards."""
        self.ioctx.remove_object(self.key)
        self.state = "removed"

    @_existing
    def stat(self) -> Tuple[int, object]:
        """The size in bytes and the time of the last change."""
        return self.ioctx.stat(self.key)

    def seek(self, position: int) -> None:
        """Sets the position."""
        self.require_object_exists()
        self.offset = position

    @_existing
    def get_xattr(self, xattr_name: str) -> bytes:
        """The value of an extended attribute."""
        return self.ioctx.get_xattr(self.key, xattr_name)

    @_existing
    def get_xattrs(self):
        """All extended attributes, as pairs of name and value."""
        return self.ioctx.get_xattrs(self.key)

    @_existing
    def set_xattr(self, xattr_name: str, xattr_value: bytes) -> bool:
        """Sets an extended attribute."""
        return self.ioctx.set_xattr(self.key, xattr_name, xattr_value)

    @_existing
    def rm_xattr(self, xattr_name: str) -> bool:
        """Removes an extended attribute."""
        return self.ioctx.rm_xattr(self.key, xattr_name)
