using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Who has an image open, and being told of changes.</summary>
internal static unsafe class Watchers
{
    // int rbd_watchers_list(rbd_image_t image, rbd_image_watcher_t *watchers, size_t *max_watchers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_watchers_list")]
    public static int List(nint image, RbdImageWatcher* watchers, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Image watched = Handles.Images.Get(image).Image;
            IReadOnlyList<ImageWatcher> all = Control.Run(() => watched.ListWatchersAsync(CancellationToken.None));
            bool fits = (nuint)all.Count <= *max;
            *max = (nuint)all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                watchers[i] = new RbdImageWatcher { Address = CString.Duplicate((ByteName)all[i].Address), Id = all[i].ClientId, Cookie = all[i].Cookie };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_watchers_list_cleanup(rbd_image_watcher_t *watchers, size_t num_watchers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_watchers_list_cleanup")]
    public static void Cleanup(RbdImageWatcher* watchers, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                CString.Free(watchers[i].Address);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_update_watch(rbd_image_t image, uint64_t *handle, rbd_update_callback_t watch_cb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_update_watch")]
    public static int Watch(nint image, ulong* watch, delegate* unmanaged[Cdecl]<void*, void> callback, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(watch);
            OutBuffer.ThrowIfNull((void*)callback);
            OpenImage watched = Handles.Images.Get(image);
            *watch = watched.UpdateWatches.Add(new UpdateWatch(watched, callback, argument));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_update_unwatch(rbd_image_t image, uint64_t handle)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_update_unwatch")]
    public static int Unwatch(nint image, ulong watch)
    {
        try
        {
            Handles.Images.Get(image).UpdateWatches.End(watch);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
