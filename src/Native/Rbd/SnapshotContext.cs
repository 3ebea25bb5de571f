using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Which state of an image a handle shows.</summary>
internal static unsafe class SnapshotContext
{
    private const ulong Head = ulong.MaxValue - 1; // LIBRADOS_SNAP_HEAD

    // int rbd_snap_set(rbd_image_t image, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_set")]
    public static int Set(nint image, byte* name)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName? snapshot = CString.NameOrNull(name);
            Control.Run(() => open.SetSnapshotAsync(snapshot, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_set_by_id(rbd_image_t image, uint64_t snap_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_set_by_id")]
    public static int SetById(nint image, ulong id)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ulong? snapshot = id == Head ? null : id;
            Control.Run(() => open.SetSnapshotAsync(snapshot, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
