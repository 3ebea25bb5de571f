"""Reading and writing images."""

from rados._memory import ReadBuffer
from rados._numbers import int32, size, uint64

from ._c import librbd
from .errors import IncompleteWriteError, LogicError


class Io:
    """The part of an image that reads and writes. Offsets and lengths are bytes."""

    def read(self, offset: int, length: int, fadvise_flags: int = 0) -> bytes:
        """Reads; fewer bytes at the end of the image."""
        buffer = ReadBuffer(length)
        count = self._do(f"error reading {self.name} {offset}~{length}", librbd.rbd_read2, uint64(offset), length, buffer.address, int32(fadvise_flags))
        return buffer.take(count)

    def write(self, data: bytes, offset: int, fadvise_flags: int = 0) -> int:
        """Writes and returns how many bytes. A write across the end writes what fits and raises `IncompleteWriteError`."""
        self.require_not_closed()
        if not isinstance(data, bytes):
            raise TypeError("data must be a byte string")
        count = self._do(f"error writing to {self.name}", librbd.rbd_write2, uint64(offset), len(data), data, int32(fadvise_flags))
        if count < len(data):
            raise IncompleteWriteError(f"Wrote only {count} out of {len(data)} bytes")
        if count > len(data):
            raise LogicError(f"rbd_write({self.name}) returned {count}, but there were {len(data)} bytes to write")
        return count

    def discard(self, offset: int, length: int) -> None:
        """Lets go of a range; it may read as zeros."""
        self._do(f"error discarding region {offset}~{length}", librbd.rbd_discard, uint64(offset), uint64(length))

    def write_zeroes(self, offset: int, length: int, zero_flags: int = 0) -> None:
        """Makes a range read as zeros, without holding space unless RBD_WRITE_ZEROES_FLAG_THICK_PROVISION says so."""
        self._do(f"error zeroing region {offset}~{length}", librbd.rbd_write_zeroes, uint64(offset), size(length), int32(zero_flags), 0)

    def flush(self) -> None:
        """Waits until everything written so far is safe."""
        self._do("error flushing image", librbd.rbd_flush)

    def invalidate_cache(self) -> None:
        """Drops what is cached, after writing it."""
        self._do("error invalidating cache", librbd.rbd_invalidate_cache)
