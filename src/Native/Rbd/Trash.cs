using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Images that are to be removed later. Nothing can be put there yet.</summary>
internal static unsafe class Trash
{
    // int rbd_trash_list(rados_ioctx_t io, rbd_trash_image_info_t *trash_entries, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_list")]
    public static int List(nint ioContext, void* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Handles.IoContexts.Get(ioContext);
            *max = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_get(rados_ioctx_t io, const char *id, rbd_trash_image_info_t *info)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_get")]
    public static int Get(nint ioContext, byte* id, void* info)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_trash_get_cleanup(rbd_trash_image_info_t *info)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_get_cleanup")]
    public static void CleanupOne(RbdTrashImageInfo* info)
    {
        try
        {
            if (info is not null)
                RbdTrashImageInfo.Free(info);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_trash_list_cleanup(rbd_trash_image_info_t *trash_entries, size_t num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_list_cleanup")]
    public static void CleanupList(RbdTrashImageInfo* images, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                RbdTrashImageInfo.Free(images + i);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
