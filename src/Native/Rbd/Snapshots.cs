using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The snapshots of an image: listing, finding, creating, renaming, rolling back.</summary>
internal static unsafe class Snapshots
{
    // int rbd_snap_list(rbd_image_t image, rbd_snap_info_t *snaps, int *max_snaps)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_list")]
    public static int List(nint image, RbdSnapInfo* snapshots, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            IReadOnlyList<Snapshot> all = All(image);
            if (*max <= all.Count)
            {
                *max = all.Count + 1; // one more for the end of the list
                return Failure.Of(Errno.ERANGE);
            }

            OutBuffer.ThrowIfNull(snapshots);
            for (int i = 0; i < all.Count; i++)
                snapshots[i] = new RbdSnapInfo { Id = all[i].Id, Size = all[i].Size, Name = CString.Duplicate(all[i].Name) };
            snapshots[all.Count] = default;
            return all.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_snap_list_end(rbd_snap_info_t *snaps)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_list_end")]
    public static void ListEnd(RbdSnapInfo* snapshots)
    {
        try
        {
            for (; snapshots is not null && snapshots->Name is not null; snapshots++)
            {
                CString.Free(snapshots->Name);
                snapshots->Name = null;
            }
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_snap_exists(rbd_image_t image, const char *snapname, _Bool *exists)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_exists")]
    public static int Exists(nint image, byte* name, byte* exists)
    {
        try
        {
            OutBuffer.ThrowIfNull(exists);
            ByteName wanted = CString.Name(name, "the snapshot's name");
            bool isThere = All(image).Any(snapshot => snapshot.NamespaceType == SnapshotNamespaceType.User && snapshot.Name == wanted);
            *exists = isThere ? (byte)1 : (byte)0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_id(rbd_image_t image, const char *snapname, uint64_t *snap_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_id")]
    public static int Id(nint image, byte* name, ulong* id)
    {
        try
        {
            OutBuffer.ThrowIfNull(id);
            *id = Find(image, name).Id;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_name(rbd_image_t image, uint64_t snap_id, char *snapname, size_t *name_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_name")]
    public static int Name(nint image, ulong id, byte* buffer, nuint* length)
    {
        try
        {
            return OutBuffer.PutAndTellLength(Find(image, id).Name, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_timestamp(rbd_image_t image, uint64_t snap_id, struct timespec *timestamp)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_timestamp")]
    public static int Timestamp(nint image, ulong id, TimeSpec* timestamp)
    {
        try
        {
            OutBuffer.ThrowIfNull(timestamp);
            *timestamp = TimeSpec.Of(Find(image, id).Created);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_create(rbd_image_t image, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_create")]
    public static int Create(nint image, byte* name)
    {
        try
        {
            return Create(image, name, UsualFlags(Handles.Images.Get(image).Image), null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_create2(rbd_image_t image, const char *snap_name, uint32_t flags, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_create2")]
    public static int Create2(
        nint image, byte* name, uint flags, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Create(image, name, (SnapshotCreateFlags)flags, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_rename(rbd_image_t image, const char *snapname, const char *dstsnapsname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_rename")]
    public static int Rename(nint image, byte* name, byte* newName)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName from = CString.Name(name, "the snapshot's name");
            ByteName to = CString.Name(newName, "the snapshot's new name");
            Control.Run(() => open.Snapshots.RenameAsync(from, to, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_rollback(rbd_image_t image, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_rollback")]
    public static int Rollback(nint image, byte* name)
    {
        try
        {
            return Rollback(image, name, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_rollback_with_progress(rbd_image_t image, const char *snapname, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_rollback_with_progress")]
    public static int RollbackWithProgress(
        nint image, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Rollback(image, name, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    /// <exception cref="StorageException">ENOENT: no such snapshot of a user.</exception>
    public static Snapshot Find(nint handle, byte* name)
    {
        Image image = Handles.Images.Get(handle).Image;
        ByteName wanted = CString.Name(name, "the snapshot's name");
        return Control.Run(() => image.Snapshots.GetAsync(wanted, CancellationToken.None));
    }

    /// <exception cref="StorageException">ENOENT: no such snapshot, of any kind.</exception>
    public static Snapshot Find(nint handle, ulong id)
    {
        Image image = Handles.Images.Get(handle).Image;
        return Control.Run(() => image.Snapshots.GetAsync(id, CancellationToken.None));
    }

    private static IReadOnlyList<Snapshot> All(nint handle)
    {
        Image image = Handles.Images.Get(handle).Image;
        return Control.Run(() => image.Snapshots.ListAsync(CancellationToken.None));
    }

    private static SnapshotCreateFlags UsualFlags(Image image) =>
        image.IoContext.Cluster.Conf.GetText("rbd_default_snapshot_quiesce_mode") switch
        {
            "skip" => SnapshotCreateFlags.SkipQuiesce,
            "ignore-error" => SnapshotCreateFlags.IgnoreQuiesceError,
            _ => SnapshotCreateFlags.None,
        };

    private static int Create(
        nint handle, byte* name, SnapshotCreateFlags flags, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        ByteName snapshot = CString.Name(name, "the snapshot's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.Snapshots.CreateAsync(snapshot, flags, reported.On(caller), CancellationToken.None));
        return 0;
    }

    private static int Rollback(nint handle, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image image = Handles.Images.Get(handle).Image;
        ByteName snapshot = CString.Name(name, "the snapshot's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => image.Snapshots.RollbackAsync(snapshot, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
