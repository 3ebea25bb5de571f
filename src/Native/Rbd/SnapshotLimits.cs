using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>How many snapshots an image may have; the highest number means as many as one likes.</summary>
internal static unsafe class SnapshotLimits
{
    // int rbd_snap_get_limit(rbd_image_t image, uint64_t *limit)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_limit")]
    public static int Get(nint image, ulong* limit)
    {
        try
        {
            OutBuffer.ThrowIfNull(limit);
            Image open = Handles.Images.Get(image).Image;
            *limit = Control.Run(() => open.Snapshots.GetLimitAsync(CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_set_limit(rbd_image_t image, uint64_t limit)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_set_limit")]
    public static int Set(nint image, ulong limit)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            Control.Run(() => open.Snapshots.SetLimitAsync(limit, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
