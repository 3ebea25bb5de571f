using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>Giving back the room of zeros.</summary>
internal static unsafe class Sparsifying
{
    // int rbd_sparsify(rbd_image_t image, size_t sparse_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_sparsify")]
    public static int Sparsify(nint image, nuint sparseSize)
    {
        try
        {
            return Run(image, sparseSize, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_sparsify_with_progress(rbd_image_t image, size_t sparse_size, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_sparsify_with_progress")]
    public static int SparsifyWithProgress(
        nint image, nuint sparseSize, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(image, sparseSize, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(nint handle, nuint sparseSize, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.SparsifyAsync(sparseSize, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
