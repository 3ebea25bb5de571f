using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Removing snapshots.</summary>
internal static unsafe class SnapshotRemoval
{
    // int rbd_snap_remove(rbd_image_t image, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_remove")]
    public static int Remove(nint image, byte* name)
    {
        try
        {
            return Remove(image, name, SnapshotRemoveFlags.None, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_remove2(rbd_image_t image, const char *snap_name, uint32_t flags, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_remove2")]
    public static int Remove2(
        nint image, byte* name, uint flags, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Remove(image, name, (SnapshotRemoveFlags)flags, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_remove_by_id(rbd_image_t image, uint64_t snap_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_remove_by_id")]
    public static int RemoveById(nint image, ulong id)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            Control.Run(() => open.Snapshots.RemoveAsync(id, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Remove(
        nint handle, byte* name, SnapshotRemoveFlags flags, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        ByteName snapshot = CString.Name(name, "the snapshot's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.Snapshots.RemoveAsync(snapshot, flags, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
