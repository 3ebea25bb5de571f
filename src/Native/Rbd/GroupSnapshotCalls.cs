using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Snapshots of all images of a group at one moment.</summary>
internal static unsafe class GroupSnapshotCalls
{
    // int rbd_group_snap_create(rados_ioctx_t group_p, const char *group_name, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_create")]
    public static int Create(nint ioContext, byte* group, byte* snapshot)
    {
        try
        {
            return Create(ioContext, group, snapshot, SnapshotCreateFlags.None);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_create2(rados_ioctx_t group_p, const char *group_name, const char *snap_name, uint32_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_create2")]
    public static int Create2(nint ioContext, byte* group, byte* snapshot, uint flags)
    {
        try
        {
            return Create(ioContext, group, snapshot, (SnapshotCreateFlags)flags);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_remove(rados_ioctx_t group_p, const char *group_name, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_remove")]
    public static int Remove(nint ioContext, byte* group, byte* snapshot)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            ByteName name = CString.Name(snapshot, "the snapshot's name");
            Control.Run(() => GroupSnapshots.RemoveAsync(context, groupName, name, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_rename(rados_ioctx_t group_p, const char *group_name, const char *old_snap_name, const char *new_snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_rename")]
    public static int Rename(nint ioContext, byte* group, byte* snapshot, byte* to)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            ByteName name = CString.Name(snapshot, "the snapshot's name");
            ByteName renamed = CString.Name(to, "the snapshot's new name");
            Control.Run(() => GroupSnapshots.RenameAsync(context, groupName, name, renamed, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_rollback(rados_ioctx_t group_p, const char *group_name, const char *snap_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_rollback")]
    public static int Rollback(nint ioContext, byte* group, byte* snapshot)
    {
        try
        {
            return Rollback(ioContext, group, snapshot, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_rollback_with_progress(rados_ioctx_t group_p, const char *group_name, const char *snap_name, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_rollback_with_progress")]
    public static int RollbackWithProgress(
        nint ioContext, byte* group, byte* snapshot, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Rollback(ioContext, group, snapshot, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_list(rados_ioctx_t group_p, const char *group_name, rbd_group_snap_info_t *snaps, size_t group_snap_info_size, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_list")]
    public static int List(nint ioContext, byte* group, RbdGroupSnapInfo* snapshots, nuint entrySize, nuint* count)
    {
        try
        {
            OutBuffer.ThrowIfNull(count);
            if (entrySize != (nuint)sizeof(RbdGroupSnapInfo))
                return Failure.Of(Errno.ERANGE);
            IReadOnlyList<GroupSnapshot> all = ListAll(ioContext, group);
            if (!Fits(all.Count, count))
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                snapshots[i] = new RbdGroupSnapInfo { Name = CString.Duplicate(all[i].Name), State = all[i].IsComplete ? 1 : 0 };
            return all.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_list_cleanup(rbd_group_snap_info_t *snaps, size_t group_snap_info_size, size_t num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_list_cleanup")]
    public static int CleanupList(RbdGroupSnapInfo* snapshots, nuint entrySize, nuint count)
    {
        try
        {
            if (entrySize != (nuint)sizeof(RbdGroupSnapInfo))
                return Failure.Of(Errno.ERANGE);
            for (nuint i = 0; i < count; i++)
                CString.Free(snapshots[i].Name);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_snap_list2(rados_ioctx_t group_p, const char *group_name, rbd_group_snap_info2_t *snaps, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_list2")]
    public static int List2(nint ioContext, byte* group, RbdGroupSnapInfo2* snapshots, nuint* count)
    {
        try
        {
            OutBuffer.ThrowIfNull(count);
            IReadOnlyList<GroupSnapshot> all = ListAll(ioContext, group);
            if (!Fits(all.Count, count))
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                snapshots[i] = RbdGroupSnapInfo2.Of(all[i]);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_group_snap_list2_cleanup(rbd_group_snap_info2_t *snaps, size_t num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_list2_cleanup")]
    public static void CleanupList2(RbdGroupSnapInfo2* snapshots, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                RbdGroupSnapInfo2.Free(snapshots + i);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_group_snap_get_info(rados_ioctx_t group_p, const char *group_name, const char *snap_name, rbd_group_snap_info2_t *group_snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_get_info")]
    public static int Info(nint ioContext, byte* group, byte* snapshot, RbdGroupSnapInfo2* info)
    {
        try
        {
            OutBuffer.ThrowIfNull(info);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            ByteName name = CString.Name(snapshot, "the snapshot's name");
            GroupSnapshot found = Control.Run(() => GroupSnapshots.GetAsync(context, groupName, name, CancellationToken.None));
            *info = RbdGroupSnapInfo2.Of(found);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_group_snap_get_info_cleanup(rbd_group_snap_info2_t *group_snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_snap_get_info_cleanup")]
    public static void CleanupInfo(RbdGroupSnapInfo2* info)
    {
        try
        {
            if (info is not null)
                RbdGroupSnapInfo2.Free(info);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    private static int Create(nint ioContext, byte* group, byte* snapshot, SnapshotCreateFlags flags)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName groupName = CString.Name(group, "the group's name");
        ByteName name = CString.Name(snapshot, "the snapshot's name");
        Control.Run(() => GroupSnapshots.CreateAsync(context, groupName, name, flags, CancellationToken.None));
        return 0;
    }

    private static int Rollback(
        nint ioContext, byte* group, byte* snapshot, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName groupName = CString.Name(group, "the group's name");
        ByteName name = CString.Name(snapshot, "the snapshot's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => GroupSnapshots.RollbackAsync(context, groupName, name, reported.On(caller), CancellationToken.None));
        return 0;
    }

    private static IReadOnlyList<GroupSnapshot> ListAll(nint ioContext, byte* group)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName groupName = CString.Name(group, "the group's name");
        return Control.Run(() => GroupSnapshots.ListAsync(context, groupName, CancellationToken.None));
    }

    private static bool Fits(int needed, nuint* count)
    {
        bool fits = (nuint)needed <= *count;
        *count = (nuint)needed;
        return fits;
    }
}
