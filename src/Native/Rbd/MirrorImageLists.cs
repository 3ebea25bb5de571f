using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>The mirrored images of a pool: none.</summary>
internal static unsafe class MirrorImageLists
{
    // int rbd_mirror_image_info_list(rados_ioctx_t io_ctx, rbd_mirror_image_mode_t *mode_filter, const char *start_id, size_t max, char **image_ids, rbd_mirror_image_mode_t *mode_entries, rbd_mirror_image_info_t *info_entries, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_info_list")]
    public static int Infos(
        nint ioContext, int* modeFilter, byte* start, nuint max, byte** ids, int* modes, RbdMirrorImageInfo* infos, nuint* count)
    {
        try
        {
            return None(ioContext, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_info_list_cleanup(char **image_ids, rbd_mirror_image_info_t *info_entries, size_t num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_info_list_cleanup")]
    public static void CleanupInfos(byte** ids, RbdMirrorImageInfo* infos, nuint count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_global_status_list(rados_ioctx_t io_ctx, const char *start_id, size_t max, char **image_ids, rbd_mirror_image_global_status_t *images, size_t *len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_global_status_list")]
    public static int GlobalStatuses(nint ioContext, byte* start, nuint max, byte** ids, RbdMirrorImageGlobalStatus* statuses, nuint* count)
    {
        try
        {
            return None(ioContext, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_global_status_list_cleanup(char **image_ids, rbd_mirror_image_global_status_t *images, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_global_status_list_cleanup")]
    public static void CleanupGlobalStatuses(byte** ids, RbdMirrorImageGlobalStatus* statuses, nuint count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_status_list(rados_ioctx_t io_ctx, const char *start_id, size_t max, char **image_ids, rbd_mirror_image_status_t *images, size_t *len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_status_list")]
    public static int Statuses(nint ioContext, byte* start, nuint max, byte** ids, RbdMirrorImageStatus* statuses, nuint* count)
    {
        try
        {
            return None(ioContext, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_status_list_cleanup(char **image_ids, rbd_mirror_image_status_t *images, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_status_list_cleanup")]
    public static void CleanupStatuses(byte** ids, RbdMirrorImageStatus* statuses, nuint count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_instance_id_list(rados_ioctx_t io_ctx, const char *start_id, size_t max, char **image_ids, char **instance_ids, size_t *len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_instance_id_list")]
    public static int InstanceIds(nint ioContext, byte* start, nuint max, byte** ids, byte** instances, nuint* count)
    {
        try
        {
            return None(ioContext, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_instance_id_list_cleanup(char **image_ids, char **instance_ids, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_instance_id_list_cleanup")]
    public static void CleanupInstanceIds(byte** ids, byte** instances, nuint count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_status_summary(rados_ioctx_t io_ctx, rbd_mirror_image_status_state_t *states, int *counts, size_t *maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_status_summary")]
    public static int Summary(nint ioContext, int* states, int* counts, nuint* count)
    {
        try
        {
            return None(ioContext, count);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int None(nint ioContext, nuint* count)
    {
        OutBuffer.ThrowIfNull(count);
        Handles.IoContexts.Get(ioContext);
        *count = 0;
        return 0;
    }
}
