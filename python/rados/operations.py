"""Several changes, or several questions, of one object in one step."""

from ctypes import byref, c_int64
from typing import Callable, Optional

from ._c import librados
from ._numbers import int32, size, uint8, uint64
from .completion import Completion
from .constants import LIBRADOS_CMPXATTR_OP_EQ, LIBRADOS_OPERATION_NOFLAG
from .errors import error_of
from .object_io import data_of
from .text import cstr


class OpCtx:
    """Lets an operation be used with `with`."""

    def __enter__(self):
        return self.create()

    def __exit__(self, type, msg, traceback):
        self.release()


class _Op:
    _handle = None

    def __init__(self):
        # What the steps point at, for a library that looks at it only when the operation runs.
        self._kept = []

    def _add(self, step, *arguments):
        self._kept.append(arguments)
        step(self._handle, *arguments)

    def _take_handle(self):
        self._kept = []
        return vars(self).pop("_handle", None)


def _sized(data):
    return data_of(data, "data"), len(data)


class WriteOp(_Op):
    """Changes of one object that happen together or not at all."""

    def create(self) -> "WriteOp":
        """Begins an empty operation."""
        self._handle = librados.rados_create_write_op()
        return self

    def release(self, release=librados.rados_release_write_op) -> None:
        """Frees the operation."""
        handle = self._take_handle()
        if handle is not None:
            release(handle)

    def __del__(self):
        self.release()

    def new(self, exclusive: Optional[int] = None) -> None:
        """Makes the object; with LIBRADOS_CREATE_EXCLUSIVE only if it is missing."""
        self._add(librados.rados_write_op_create, int32(exclusive or 0), None)

    def remove(self) -> None:
        """Removes the object."""
        self._add(librados.rados_write_op_remove)

    def set_flags(self, flags: int = LIBRADOS_OPERATION_NOFLAG) -> None:
        """Sets flags of the step that was added last."""
        self._add(librados.rados_write_op_set_flags, int32(flags))

    def set_xattr(self, xattr_name: str, xattr_value: bytes) -> None:
        """Sets an extended attribute."""
        self._add(librados.rados_write_op_setxattr, cstr(xattr_name, "xattr_name"), *_sized(xattr_value))

    def rm_xattr(self, xattr_name: str) -> None:
        """Removes an extended attribute."""
        self._add(librados.rados_write_op_rmxattr, cstr(xattr_name, "xattr_name"))

    def append(self, to_write: bytes) -> None:
        """Writes at the end."""
        self._add(librados.rados_write_op_append, *_sized(to_write))

    def write_full(self, to_write: bytes) -> None:
        """Replaces the whole content."""
        self._add(librados.rados_write_op_write_full, *_sized(to_write))

    def write(self, to_write: bytes, offset: int = 0) -> None:
        """Writes at an offset."""
        self._add(librados.rados_write_op_write, *_sized(to_write), uint64(offset))

    def writesame(self, to_write: bytes, write_len: int, offset: int = 0) -> None:
        """Writes some bytes over and over until so many are written."""
        self._add(librados.rados_write_op_writesame, *_sized(to_write), size(write_len), uint64(offset))

    def zero(self, offset: int, length: int) -> None:
        """Writes zeros."""
        self._add(librados.rados_write_op_zero, uint64(offset), uint64(length))

    def truncate(self, offset: int) -> None:
        """Sets the size."""
        self._add(librados.rados_write_op_truncate, uint64(offset))

    def assert_version(self, version: int) -> None:
        """Fails the operation unless the object has this version."""
        self._add(librados.rados_write_op_assert_version, uint64(version))

    def cmpext(self, cmp_buf: bytes, offset: int = 0) -> None:
        """Fails the operation unless the content is this."""
        self._add(librados.rados_write_op_cmpext, *_sized(cmp_buf), uint64(offset), None)

    def omap_cmp(self, key: str, val: str, cmp_op: int = LIBRADOS_CMPXATTR_OP_EQ) -> None:
        """Fails the operation unless the value of a key compares so with another."""
        value = cstr(val, "val")
        self._add(librados.rados_write_op_omap_cmp, cstr(key, "key"), uint8(cmp_op), value, len(value), None)

    def execute(self, cls: str, method: str, data: bytes) -> None:
        """Runs a method of an object class."""
        self._add(librados.rados_write_op_exec, cstr(cls, "cls"), cstr(method, "method"), *_sized(data), None)


class WriteOpCtx(WriteOp, OpCtx):
    """A `WriteOp` for `with`."""


class ReadOp(_Op):
    """Questions about one object that are answered together."""

    def create(self) -> "ReadOp":
        """Begins an empty operation."""
        self._handle = librados.rados_create_read_op()
        return self

    def release(self, release=librados.rados_release_read_op) -> None:
        """Frees the operation."""
        handle = self._take_handle()
        if handle is not None:
            release(handle)

    def __del__(self):
        self.release()

    def cmpext(self, cmp_buf: bytes, offset: int = 0) -> None:
        """Fails the operation unless the content is this."""
        self._add(librados.rados_read_op_cmpext, *_sized(cmp_buf), uint64(offset), None)

    def set_flags(self, flags: int = LIBRADOS_OPERATION_NOFLAG) -> None:
        """Sets flags of the step that was added last."""
        self._add(librados.rados_read_op_set_flags, int32(flags))


class ReadOpCtx(ReadOp, OpCtx):
    """A `ReadOp` for `with`."""


class Operations:
    """The part of a pool that runs operations of several steps."""

    def create_write_op(self) -> WriteOp:
        """Begins a `WriteOp`; `release_write_op` ends it."""
        return WriteOp().create()

    def create_read_op(self) -> ReadOp:
        """Begins a `ReadOp`; `release_read_op` ends it."""
        return ReadOp().create()

    def release_write_op(self, write_op: WriteOp) -> None:
        """Frees an operation."""
        write_op.release()

    def release_read_op(self, read_op: ReadOp) -> None:
        """Frees an operation."""
        read_op.release()

    def operate_write_op(self, write_op: WriteOp, oid: str, mtime: int = 0, flags: int = LIBRADOS_OPERATION_NOFLAG) -> None:
        """Runs an operation; `mtime` is the time of the change in seconds, 0 for now."""
        self.require_ioctx_open()
        changed = c_int64(mtime)
        result = librados.rados_write_op_operate(write_op._handle, self._handle, cstr(oid, "oid"), byref(changed) if mtime else None, int32(flags))
        if result != 0:
            raise error_of(result, f"Failed to operate write op for oid {oid}")

    def operate_aio_write_op(self, write_op: WriteOp, oid: str, oncomplete: Optional[Callable] = None, onsafe: Optional[Callable] = None,
                             mtime: int = 0, flags: int = LIBRADOS_OPERATION_NOFLAG) -> Completion:
        """Starts an operation."""
        self.require_ioctx_open()
        changed = c_int64(mtime)
        name, number = cstr(oid, "oid"), int32(flags)
        completion = Completion(self, oncomplete, onsafe, (write_op, changed))
        result = completion._submit(lambda handle: librados.rados_aio_write_op_operate(
            write_op._handle, self._handle, handle, name, byref(changed) if mtime else None, number))
        if result != 0:
            raise error_of(result, f"Failed to operate aio write op for oid {oid}")
        return completion

    def operate_read_op(self, read_op: ReadOp, oid: str, flag: int = LIBRADOS_OPERATION_NOFLAG) -> None:
        """Runs an operation; afterwards its iterators can be used."""
        self.require_ioctx_open()
        result = librados.rados_read_op_operate(read_op._handle, self._handle, cstr(oid, "oid"), int32(flag))
        if result != 0:
            raise error_of(result, f"Failed to operate read op for oid {oid}")

    def operate_aio_read_op(self, read_op: ReadOp, oid: str, oncomplete: Optional[Callable] = None, onsafe: Optional[Callable] = None,
                            flag: int = LIBRADOS_OPERATION_NOFLAG) -> Completion:
        """Starts an operation."""
        self.require_ioctx_open()
        name, number = cstr(oid, "oid"), int32(flag)
        completion = Completion(self, oncomplete, onsafe, read_op)
        result = completion._submit(lambda handle: librados.rados_aio_read_op_operate(read_op._handle, self._handle, handle, name, number))
        if result != 0:
            raise error_of(result, f"Failed to operate aio read op for oid {oid}")
        return completion
