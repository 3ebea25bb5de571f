using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>Opening and closing images without waiting. What goes wrong is told through the completion.</summary>
internal static unsafe class AioOpen
{
    // int rbd_aio_open(rados_ioctx_t io, const char *name, rbd_image_t *image, const char *snap_name, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_open")]
    public static int Open(nint ioContext, byte* name, nint* image, byte* snapshot, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            Opening.Start(Opening.ByName(ioContext, name, snapshot, readOnly: false), (nint)image, CompletionPool.Get(completion));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_open_read_only(rados_ioctx_t io, const char *name, rbd_image_t *image, const char *snap_name, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_open_read_only")]
    public static int OpenReadOnly(nint ioContext, byte* name, nint* image, byte* snapshot, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            Opening.Start(Opening.ByName(ioContext, name, snapshot, readOnly: true), (nint)image, CompletionPool.Get(completion));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_open_by_id(rados_ioctx_t io, const char *id, rbd_image_t *image, const char *snap_name, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_open_by_id")]
    public static int OpenById(nint ioContext, byte* id, nint* image, byte* snapshot, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            Opening.Start(Opening.ById(ioContext, id, snapshot, readOnly: false), (nint)image, CompletionPool.Get(completion));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_open_by_id_read_only(rados_ioctx_t io, const char *id, rbd_image_t *image, const char *snap_name, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_open_by_id_read_only")]
    public static int OpenByIdReadOnly(nint ioContext, byte* id, nint* image, byte* snapshot, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            Opening.Start(Opening.ById(ioContext, id, snapshot, readOnly: true), (nint)image, CompletionPool.Get(completion));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_close(rbd_image_t image, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_close")]
    public static int Close(nint image, nint completion)
    {
        try
        {
            Completion told = CompletionPool.Get(completion);
            OpenImage closing = Handles.Images.Get(image);
            told.Start();
            Handles.Images.TryRemove(image, out _);
            told.Follow(Task.Run(closing.CloseAsync));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
