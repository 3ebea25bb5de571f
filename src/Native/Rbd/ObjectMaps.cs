using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>The object map: kept by the layers' own tables, so that only its flags can be wrong.</summary>
internal static unsafe class ObjectMaps
{
    // int rbd_rebuild_object_map(rbd_image_t image, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_rebuild_object_map")]
    public static int Rebuild(nint handle, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            Image image = Handles.Images.Get(handle).Image;
            var reported = Progress.Of(progress, argument);
            CallerThread.Run(caller => image.RebuildObjectMapAsync(reported.On(caller), CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
