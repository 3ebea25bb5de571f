using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Operations on objects for callers who do not wait.</summary>
internal static unsafe class ObjectAio
{
    // int rados_aio_write(rados_ioctx_t io, const char *oid, rados_completion_t completion, const char *buf, size_t len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_write")]
    public static int Write(nint ioContext, byte* name, nint completion, byte* buffer, nuint length, ulong offset)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.Write(offset, LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_write_full(rados_ioctx_t io, const char *oid, rados_completion_t completion, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_write_full")]
    public static int WriteFull(nint ioContext, byte* name, nint completion, byte* buffer, nuint length)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.WriteFull(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_writesame(rados_ioctx_t io, const char *oid, rados_completion_t completion, const char *buf, size_t data_len, size_t write_len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_writesame")]
    public static int WriteSame(nint ioContext, byte* name, nint completion, byte* buffer, nuint dataLen, nuint writeLen, ulong offset)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.WriteSame(offset, writeLen, LentBytes.Copy(buffer, dataLen)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_append(rados_ioctx_t io, const char *oid, rados_completion_t completion, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_append")]
    public static int Append(nint ioContext, byte* name, nint completion, byte* buffer, nuint length)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.Append(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_remove(rados_ioctx_t io, const char *oid, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_remove")]
    public static int Remove(nint ioContext, byte* name, nint completion)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.Remove());
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_read(rados_ioctx_t io, const char *oid, rados_completion_t completion, char *buf, size_t len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_read")]
    public static int Read(nint ioContext, byte* name, nint completion, byte* buffer, nuint length, ulong offset)
    {
        try
        {
            int count = 0;
            return ObjectRequest.AioRead(
                ioContext, name, completion, () => count, LentBytes.ReadInto(buffer, length, offset, (_, read) => count = read));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_stat(rados_ioctx_t io, const char *o, rados_completion_t completion, uint64_t *psize, time_t *pmtime)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_stat")]
    public static int Stat(nint ioContext, byte* name, nint completion, ulong* size, long* modified)
    {
        try
        {
            return ObjectRequest.AioRead(ioContext, name, completion, null, ObjectTimes.Stat(size, modified));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_stat2(rados_ioctx_t io, const char *o, rados_completion_t completion, uint64_t *psize, struct timespec *pmtime)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_stat2")]
    public static int Stat(nint ioContext, byte* name, nint completion, ulong* size, TimeSpec* modified)
    {
        try
        {
            return ObjectRequest.AioRead(ioContext, name, completion, null, ObjectTimes.Stat(size, modified));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_cmpext(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *cmp_buf, size_t cmp_len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_cmpext")]
    public static int Compare(nint ioContext, byte* name, nint completion, byte* expected, nuint expectedLength, ulong offset)
    {
        try
        {
            return ObjectRequest.AioRead(
                ioContext, name, completion, null, ObjectSteps.CompareData(offset, LentBytes.Copy(expected, expectedLength), null));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_exec(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *cls, const char *method, const char *in_buf, size_t in_len, char *buf, size_t out_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_exec")]
    public static int Execute(
        nint ioContext, byte* name, nint completion, byte* className, byte* method, byte* input, nuint inputLength, byte* buffer, nuint outputLength)
    {
        try
        {
            return ObjectRequest.AioRead(ioContext, name, completion, null, ObjectClasses.Refuse(className, method, null));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_cancel(rados_ioctx_t io, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_cancel")]
    public static int Cancel(nint ioContext, nint completion)
    {
        try
        {
            // As in Ceph: what has been sent runs to its end.
            Handles.IoContexts.Get(ioContext);
            CompletionPool.Get(completion);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_flush(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_flush")]
    public static int Flush(nint ioContext)
    {
        try
        {
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            Control.Run(open.Pending.WhenAllAsync);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_flush_async(rados_ioctx_t io, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_flush_async")]
    public static int FlushAsync(nint ioContext, nint completion)
    {
        try
        {
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            Completion told = CompletionPool.Get(completion);
            told.Start();
            told.Follow(open.Pending.WhenAllAsync());
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
