using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Keeping snapshots from being removed, which clones of the first kind need.</summary>
internal static unsafe class SnapshotProtection
{
    // int rbd_snap_protect(rbd_image_t image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_protect")]
    public static int Protect(nint image, byte* name)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName snapshot = CString.Name(name, "the snapshot's name");
            Control.Run(() => open.Snapshots.ProtectAsync(snapshot, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_unprotect(rbd_image_t image, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_unprotect")]
    public static int Unprotect(nint image, byte* name)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName snapshot = CString.Name(name, "the snapshot's name");
            Control.Run(() => open.Snapshots.UnprotectAsync(snapshot, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_is_protected(rbd_image_t image, const char *snap_name, int *is_protected)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_is_protected")]
    public static int IsProtected(nint image, byte* name, int* isProtected)
    {
        try
        {
            OutBuffer.ThrowIfNull(isProtected);
            *isProtected = Snapshots.Find(image, name).IsProtected ? 1 : 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
