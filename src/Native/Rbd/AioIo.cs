using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>I/O without waiting. A call fails at once only for what is wrong with its arguments; all else is told through the completion.</summary>
internal static unsafe class AioIo
{
    // int rbd_aio_read(rbd_image_t image, uint64_t off, size_t len, char *buf, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_read")]
    public static int Read(nint image, ulong offset, nuint length, byte* buffer, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Read(target, told, offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_read2(rbd_image_t image, uint64_t off, size_t len, char *buf, rbd_completion_t c, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_read2")]
    public static int Read(nint image, ulong offset, nuint length, byte* buffer, nint completion, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Read(target, told, offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_readv(rbd_image_t image, const struct iovec *iov, int iovcnt, uint64_t off, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_readv")]
    public static int Read(nint image, IoVec* vector, int count, ulong offset, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Read(target, told, offset, vector, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_write(rbd_image_t image, uint64_t off, size_t len, const char *buf, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_write")]
    public static int Write(nint image, ulong offset, nuint length, byte* buffer, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Write(target, told, offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_write2(rbd_image_t image, uint64_t off, size_t len, const char *buf, rbd_completion_t c, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_write2")]
    public static int Write(nint image, ulong offset, nuint length, byte* buffer, nint completion, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            // Ceph's Python module, which alone calls this one, frees the data when the call returns.
            return ImageRequests.WriteCopy(target, told, offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_writev(rbd_image_t image, const struct iovec *iov, int iovcnt, uint64_t off, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_writev")]
    public static int Write(nint image, IoVec* vector, int count, ulong offset, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Write(target, told, offset, vector, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_write_with_crc32c(rbd_image_t image, uint64_t off, size_t len, const char *buf, uint32_t precomputed_crc32c, rbd_completion_t c, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_write_with_crc32c")]
    public static int WriteWithCrc32C(nint image, ulong offset, nuint length, byte* buffer, uint checksum, nint completion, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.WriteChecked(target, told, offset, buffer, length, checksum);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_discard(rbd_image_t image, uint64_t off, uint64_t len, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_discard")]
    public static int Discard(nint image, ulong offset, ulong length, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Discard(target, told, offset, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_write_zeroes(rbd_image_t image, uint64_t off, size_t len, rbd_completion_t c, int zero_flags, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_write_zeroes")]
    public static int WriteZeroes(nint image, ulong offset, nuint length, nint completion, int zeroFlags, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.WriteZeroes(target, told, offset, length, zeroFlags);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_writesame(rbd_image_t image, uint64_t off, size_t len, const char *buf, size_t data_len, rbd_completion_t c, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_writesame")]
    public static int WriteSame(nint image, ulong offset, nuint length, byte* buffer, nuint patternLength, nint completion, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.WriteSame(target, told, offset, length, buffer, patternLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_aio_compare_and_write(rbd_image_t image, uint64_t off, size_t len, const char *cmp_buf, const char *buf, rbd_completion_t c, uint64_t *mismatch_off, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_compare_and_write")]
    public static nint CompareAndWrite(
        nint image, ulong offset, nuint length, byte* compare, byte* buffer, nint completion, ulong* mismatch, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);

            var compared = new IoVec { Start = compare, Length = length };
            var written = new IoVec { Start = buffer, Length = length };
            return ImageRequests.CompareAndWrite(target, told, offset, &compared, 1, &written, 1, mismatch);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_aio_compare_and_writev(rbd_image_t image, uint64_t off, const struct iovec *cmp_iov, int cmp_iovcnt, const struct iovec *iov, int iovcnt, rbd_completion_t c, uint64_t *mismatch_off, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_compare_and_writev")]
    public static nint CompareAndWrite(
        nint image, ulong offset, IoVec* compare, int compareCount, IoVec* vector, int count, nint completion, ulong* mismatch, int flags)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.CompareAndWrite(target, told, offset, compare, compareCount, vector, count, mismatch);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_flush(rbd_image_t image, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_flush")]
    public static int Flush(nint image, nint completion)
    {
        try
        {
            OpenImage target = Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            return ImageRequests.Flush(target, told);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
