using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Opening and closing images.</summary>
internal static unsafe class OpenClose
{
    // int rbd_open(rados_ioctx_t io, const char *name, rbd_image_t *image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_open")]
    public static int Open(nint ioContext, byte* name, nint* image, byte* snapshot)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            *image = Handles.Images.Add(Control.Run(Opening.ByName(ioContext, name, snapshot, readOnly: false)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_open_read_only(rados_ioctx_t io, const char *name, rbd_image_t *image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_open_read_only")]
    public static int OpenReadOnly(nint ioContext, byte* name, nint* image, byte* snapshot)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            *image = Handles.Images.Add(Control.Run(Opening.ByName(ioContext, name, snapshot, readOnly: true)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_open_by_id(rados_ioctx_t io, const char *id, rbd_image_t *image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_open_by_id")]
    public static int OpenById(nint ioContext, byte* id, nint* image, byte* snapshot)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            *image = Handles.Images.Add(Control.Run(Opening.ById(ioContext, id, snapshot, readOnly: false)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_open_by_id_read_only(rados_ioctx_t io, const char *id, rbd_image_t *image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_open_by_id_read_only")]
    public static int OpenByIdReadOnly(nint ioContext, byte* id, nint* image, byte* snapshot)
    {
        try
        {
            OutBuffer.ThrowIfNull(image);
            *image = Handles.Images.Add(Control.Run(Opening.ById(ioContext, id, snapshot, readOnly: true)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_close(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_close")]
    public static int Close(nint image)
    {
        try
        {
            if (!Handles.Images.TryRemove(image, out OpenImage? closing))
                return Failure.Of(Errno.EBADF);
            Control.Run(closing.CloseAsync);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
