using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>Changing the size of an image.</summary>
internal static unsafe class Resizing
{
    // int rbd_resize(rbd_image_t image, uint64_t size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_resize")]
    public static int Resize(nint image, ulong size)
    {
        try
        {
            return Run(image, size, allowShrink: true, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_resize_with_progress(rbd_image_t image, uint64_t size, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_resize_with_progress")]
    public static int ResizeWithProgress(
        nint image, ulong size, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(image, size, allowShrink: true, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_resize2(rbd_image_t image, uint64_t size, _Bool allow_shrink, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_resize2")]
    public static int Resize2(
        nint image, ulong size, byte allowShrink, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(image, size, allowShrink != 0, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(nint handle, ulong size, bool allowShrink, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.ResizeAsync(size, allowShrink, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
