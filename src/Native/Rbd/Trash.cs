using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Images that are to be removed later, and may be wanted back.</summary>
internal static unsafe class Trash
{
    // int rbd_trash_move(rados_ioctx_t io, const char *name, uint64_t delay)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_move")]
    public static int Move(nint ioContext, byte* name, ulong delay)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName image = CString.Name(name, "the image's name");
            TimeSpan deferred = CTime.Seconds(delay);
            Control.Run(() => ImageTrash.MoveAsync(context, image, TrashSource.User, deferred, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_list(rados_ioctx_t io, rbd_trash_image_info_t *trash_entries, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_list")]
    public static int List(nint ioContext, RbdTrashImageInfo* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            IReadOnlyList<TrashEntry> all = Control.Run(() => ImageTrash.ListAsync(context, CancellationToken.None));
            bool fits = (nuint)all.Count <= *max;
            *max = (nuint)all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                images[i] = RbdTrashImageInfo.Of(all[i]);
            return all.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_get(rados_ioctx_t io, const char *id, rbd_trash_image_info_t *info)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_get")]
    public static int Get(nint ioContext, byte* id, RbdTrashImageInfo* info)
    {
        try
        {
            OutBuffer.ThrowIfNull(info);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            string image = CString.Text(id, "the image's id");
            *info = RbdTrashImageInfo.Of(Control.Run(() => ImageTrash.GetAsync(context, image, CancellationToken.None)));
            return 0;
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

    // int rbd_trash_restore(rados_ioctx_t io, const char *id, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_restore")]
    public static int Restore(nint ioContext, byte* id, byte* name)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            string image = CString.Text(id, "the image's id");
            ByteName restored = CString.Name(name, "the image's name");
            Control.Run(() => ImageTrash.RestoreAsync(context, image, restored, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
