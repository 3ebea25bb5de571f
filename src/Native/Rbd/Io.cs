using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>I/O that the caller waits for. Answers the number of bytes.</summary>
internal static unsafe class Io
{
    // ssize_t rbd_read(rbd_image_t image, uint64_t ofs, size_t len, char *buf)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_read")]
    public static nint Read(nint image, ulong offset, nuint length, byte* buffer)
    {
        try
        {
            return BlockingIo.Read(Handles.Images.Get(image), offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_read2(rbd_image_t image, uint64_t ofs, size_t len, char *buf, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_read2")]
    public static nint Read(nint image, ulong offset, nuint length, byte* buffer, int flags)
    {
        try
        {
            return BlockingIo.Read(Handles.Images.Get(image), offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_write(rbd_image_t image, uint64_t ofs, size_t len, const char *buf)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_write")]
    public static nint Write(nint image, ulong offset, nuint length, byte* buffer)
    {
        try
        {
            return BlockingIo.Write(Handles.Images.Get(image), offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_write2(rbd_image_t image, uint64_t ofs, size_t len, const char *buf, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_write2")]
    public static nint Write(nint image, ulong offset, nuint length, byte* buffer, int flags)
    {
        try
        {
            return BlockingIo.Write(Handles.Images.Get(image), offset, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_discard(rbd_image_t image, uint64_t ofs, uint64_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_discard")]
    public static int Discard(nint image, ulong offset, ulong length)
    {
        try
        {
            return (int)BlockingIo.Discard(Handles.Images.Get(image), offset, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_write_zeroes(rbd_image_t image, uint64_t ofs, size_t len, int zero_flags, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_write_zeroes")]
    public static nint WriteZeroes(nint image, ulong offset, nuint length, int zeroFlags, int flags)
    {
        try
        {
            return BlockingIo.WriteZeroes(Handles.Images.Get(image), offset, length, zeroFlags);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_writesame(rbd_image_t image, uint64_t ofs, size_t len, const char *buf, size_t data_len, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_writesame")]
    public static nint WriteSame(nint image, ulong offset, nuint length, byte* buffer, nuint patternLength, int flags)
    {
        try
        {
            return BlockingIo.WriteSame(Handles.Images.Get(image), offset, length, buffer, patternLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_compare_and_write(rbd_image_t image, uint64_t ofs, size_t len, const char *cmp_buf, const char *buf, uint64_t *mismatch_off, int op_flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_compare_and_write")]
    public static nint CompareAndWrite(nint image, ulong offset, nuint length, byte* compare, byte* buffer, ulong* mismatch, int flags)
    {
        try
        {
            return BlockingIo.CompareAndWrite(Handles.Images.Get(image), offset, length, compare, buffer, mismatch);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_flush(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_flush")]
    public static int Flush(nint image)
    {
        try
        {
            return (int)BlockingIo.Flush(Handles.Images.Get(image));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_invalidate_cache(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_invalidate_cache")]
    public static int InvalidateCache(nint image)
    {
        try
        {
            return (int)BlockingIo.Flush(Handles.Images.Get(image));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int64_t rbd_read_iterate(rbd_image_t image, uint64_t ofs, size_t len, int (*cb)(uint64_t, size_t, const char *, void *), void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_read_iterate")]
    public static long ReadIterate(
        nint image, ulong offset, nuint length, delegate* unmanaged[Cdecl]<ulong, nuint, byte*, void*, int> callback, void* argument)
    {
        try
        {
            return (long)ReadIteration.Run(Handles.Images.Get(image), offset, length, callback, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_read_iterate2(rbd_image_t image, uint64_t ofs, uint64_t len, int (*cb)(uint64_t, size_t, const char *, void *), void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_read_iterate2")]
    public static int ReadIterate2(
        nint image, ulong offset, ulong length, delegate* unmanaged[Cdecl]<ulong, nuint, byte*, void*, int> callback, void* argument)
    {
        try
        {
            ReadIteration.Run(Handles.Images.Get(image), offset, length, callback, argument);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
