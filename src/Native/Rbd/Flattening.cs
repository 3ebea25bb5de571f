using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>Making a clone independent of its parent.</summary>
internal static unsafe class Flattening
{
    // int rbd_flatten(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_flatten")]
    public static int Flatten(nint image)
    {
        try
        {
            return Run(image, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_flatten_with_progress(rbd_image_t image, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_flatten_with_progress")]
    public static int FlattenWithProgress(nint image, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(image, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(nint handle, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.FlattenAsync(reported.On(caller), CancellationToken.None));
        return 0;
    }
}
