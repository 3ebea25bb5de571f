using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Snapshots of whole pools, which are not here: images have their own.</summary>
internal static unsafe class PoolSnapshots
{
    // int rados_ioctx_snap_create(rados_ioctx_t io, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_create")]
    public static int Create(nint ioContext, byte* snapshotName)
    {
        try
        {
            return Refuse(ioContext);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_remove(rados_ioctx_t io, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_remove")]
    public static int Remove(nint ioContext, byte* snapshotName)
    {
        try
        {
            return Missing(ioContext, snapshotName);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_rollback(rados_ioctx_t io, const char *oid, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_rollback")]
    public static int Rollback(nint ioContext, byte* name, byte* snapshotName)
    {
        try
        {
            return Missing(ioContext, snapshotName);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_lookup(rados_ioctx_t io, const char *name, rados_snap_t *id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_lookup")]
    public static int Lookup(nint ioContext, byte* name, ulong* id)
    {
        try
        {
            return Missing(ioContext, name);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_list(rados_ioctx_t io, rados_snap_t *snaps, int maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_list")]
    public static int List(nint ioContext, ulong* snaps, int maxlen)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_get_name(rados_ioctx_t io, rados_snap_t id, char *name, int maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_get_name")]
    public static int Name(nint ioContext, ulong id, byte* name, int maxlen)
    {
        try
        {
            return Missing(ioContext, id);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_snap_get_stamp(rados_ioctx_t io, rados_snap_t id, time_t *t)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_get_stamp")]
    public static int Stamp(nint ioContext, ulong id, long* t)
    {
        try
        {
            return Missing(ioContext, id);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_ioctx_snap_set_read(rados_ioctx_t io, rados_snap_t snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_snap_set_read")]
    public static void SetRead(nint ioContext, ulong snapshotId)
    {
        try
        {
            // What is read is the present in any case: there are no other snapshots.
            Handles.IoContexts.Get(ioContext);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_selfmanaged_snap_create")]
    public static int CreateSelfManaged(nint ioContext, ulong* snapshotId)
    {
        try
        {
            return Refuse(ioContext);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_selfmanaged_snap_remove")]
    public static int RemoveSelfManaged(nint ioContext, ulong snapshotId)
    {
        try
        {
            return Missing(ioContext, snapshotId);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_selfmanaged_snap_rollback(rados_ioctx_t io, const char *oid, rados_snap_t snapid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_selfmanaged_snap_rollback")]
    public static int RollbackSelfManaged(nint ioContext, byte* name, ulong snapshotId)
    {
        try
        {
            return Missing(ioContext, snapshotId);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_selfmanaged_snap_set_write_ctx(rados_ioctx_t io, rados_snap_t seq, rados_snap_t *snaps, int num_snaps)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_selfmanaged_snap_set_write_ctx")]
    public static int SetWriteContext(nint ioContext, ulong seq, ulong* snaps, int numSnaps)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return numSnaps == 0 ? 0 : Failure.Of(Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_aio_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_ioctx_selfmanaged_snap_create")]
    public static void AioCreateSelfManaged(nint ioContext, ulong* snapshotId, nint completion)
    {
        try
        {
            Refuse(ioContext, completion, Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_aio_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_ioctx_selfmanaged_snap_remove")]
    public static void AioRemoveSelfManaged(nint ioContext, ulong snapshotId, nint completion)
    {
        try
        {
            Refuse(ioContext, completion, Errno.ENOENT);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    public static int Missing(nint ioContext, byte* name)
    {
        Handles.IoContexts.Get(ioContext);
        CString.Name(name, "the snapshot's name");
        return Failure.Of(Errno.ENOENT);
    }

    private static int Missing(nint ioContext, ulong id)
    {
        Handles.IoContexts.Get(ioContext);
        return Failure.Of(id == 0 ? Errno.EINVAL : Errno.ENOENT);
    }

    private static int Refuse(nint ioContext)
    {
        Handles.IoContexts.Get(ioContext);
        return Failure.Of(Errno.EOPNOTSUPP);
    }

    private static void Refuse(nint ioContext, nint completion, Errno errno) =>
        ObjectRequest.Begin(Handles.IoContexts.Get(ioContext), completion, () => Task.FromResult(-(int)errno));
}
