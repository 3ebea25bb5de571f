"""Reading and writing images without waiting."""

from typing import Callable

from rados._memory import ReadBuffer
from rados._numbers import int32, size, uint64

from ._c import librbd
from .completion import Completion


class AsyncIo:
    """The part of an image that starts operations; `oncomplete` gets the `Completion` once one has finished.

    What can be wrong with the operation itself, an offset past the end for instance, arrives as its return value."""

    def aio_read(self, offset: int, length: int, oncomplete: Callable, fadvise_flags: int = 0) -> Completion:
        """Reads: oncomplete(completion, data), None for the data after a failure."""
        buffer = ReadBuffer(length)

        def finished(completion):
            result = completion.get_return_value()
            return oncomplete(completion, buffer.take(result) if result >= 0 else None)

        start, flags = uint64(offset), int32(fadvise_flags)
        return self._start(finished, buffer, f"error reading {self.name} {offset}~{length}",
                           lambda handle, operation: librbd.rbd_aio_read2(handle, start, length, buffer.address, operation, flags))

    def aio_write(self, data: bytes, offset: int, oncomplete: Callable, fadvise_flags: int = 0) -> Completion:
        """Writes. Across the end of the image only what fits is written, without an error."""
        if not isinstance(data, bytes):
            raise TypeError("data must be a byte string")
        start = uint64(offset)
        int32(fadvise_flags)
        # Not rbd_aio_write2: it copies the data for callers that do not keep it, and the flags are advice that nobody takes.
        return self._start(oncomplete, data, f"error writing {self.name} {offset}~{len(data)}",
                           lambda handle, operation: librbd.rbd_aio_write(handle, start, len(data), data, operation))

    def aio_discard(self, offset: int, length: int, oncomplete: Callable) -> Completion:
        """Lets go of a range."""
        start, count = uint64(offset), uint64(length)
        return self._start(oncomplete, None, f"error discarding {self.name} {offset}~{length}",
                           lambda handle, operation: librbd.rbd_aio_discard(handle, start, count, operation))

    def aio_write_zeroes(self, offset: int, length: int, oncomplete: Callable, zero_flags: int = 0) -> Completion:
        """Makes a range read as zeros."""
        start, count, flags = uint64(offset), size(length), int32(zero_flags)
        return self._start(oncomplete, None, f"error zeroing {self.name} {offset}~{length}",
                           lambda handle, operation: librbd.rbd_aio_write_zeroes(handle, start, count, operation, flags, 0))

    def aio_flush(self, oncomplete: Callable) -> Completion:
        """Finishes when everything written so far is safe."""
        return self._start(oncomplete, None, "error flushing", librbd.rbd_aio_flush)

    def _start(self, oncomplete, kept, failure, call):
        image = self._open_handle()
        return Completion(self, oncomplete, kept)._submit(lambda operation: call(image, operation), failure)
