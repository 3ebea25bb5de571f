using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Snapshots of an image. None can be made yet, so the questions have simple answers.</summary>
internal static unsafe class Snapshots
{
    private const ulong Head = ulong.MaxValue - 1; // LIBRADOS_SNAP_HEAD

    // int rbd_snap_list(rbd_image_t image, rbd_snap_info_t *snaps, int *max_snaps)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_list")]
    public static int List(nint image, RbdSnapInfo* snapshots, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Getters.Fresh(image);
            if (*max < 1)
            {
                *max = 1; // room for the end of the list
                return Failure.Of(Errno.ERANGE);
            }

            OutBuffer.ThrowIfNull(snapshots);
            snapshots[0] = default;
            return 0;
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
            Getters.Fresh(image);
            *exists = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_set(rbd_image_t image, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_set")]
    public static int Set(nint image, byte* name)
    {
        try
        {
            Handles.Images.Get(image);
            return name is null || *name == 0 ? 0 : Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return id == Head ? 0 : Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_namespace_type(rbd_image_t image, uint64_t snap_id, rbd_snap_namespace_type_t *namespace_type)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_namespace_type")]
    public static int NamespaceType(nint image, ulong id, int* type)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_limit(rbd_image_t image, uint64_t *limit)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_limit")]
    public static int Limit(nint image, ulong* limit)
    {
        try
        {
            OutBuffer.ThrowIfNull(limit);
            Handles.Images.Get(image);
            *limit = ulong.MaxValue;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
