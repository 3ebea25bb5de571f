using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Copies of an image with its snapshots.</summary>
internal static unsafe class DeepCopying
{
    // int rbd_deep_copy(rbd_image_t src, rados_ioctx_t dest_io_ctx, const char *destname, rbd_image_options_t dest_opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_deep_copy")]
    public static int Copy(nint image, nint ioContext, byte* name, nint options)
    {
        try
        {
            return Run(image, ioContext, name, options, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_deep_copy_with_progress(rbd_image_t image, rados_ioctx_t dest_io_ctx, const char *destname, rbd_image_options_t dest_opts, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_deep_copy_with_progress")]
    public static int CopyWithProgress(
        nint image, nint ioContext, byte* name, nint options, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(image, ioContext, name, options, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(
        nint image, nint ioContext, byte* name, nint options, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image source = Handles.Images.Get(image).Image;
        IoContext destination = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName copy = CString.Name(name, "the copy's name");
        ImageOptions wishes = Handles.ImageOptions.Get(options).Clone();
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => DeepCopy.CopyAsync(source, destination, copy, wishes, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
