using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>Hosts that want to bring their data into order before a snapshot is taken.</summary>
internal static unsafe class Quiesce
{
    // int rbd_quiesce_watch(rbd_image_t image, rbd_update_callback_t quiesce_cb, rbd_update_callback_t unquiesce_cb, void *arg, uint64_t *handle)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_quiesce_watch")]
    public static int Watch(
        nint image, delegate* unmanaged[Cdecl]<void*, void> quiesce, delegate* unmanaged[Cdecl]<void*, void> unquiesce, void* argument, ulong* watch)
    {
        try
        {
            OutBuffer.ThrowIfNull(watch);
            OutBuffer.ThrowIfNull((void*)quiesce);
            OutBuffer.ThrowIfNull((void*)unquiesce);
            OpenImage watched = Handles.Images.Get(image);
            var added = new QuiesceWatch(watched, quiesce, unquiesce, argument);
            *watch = Control.Run(() => watched.QuiesceWatches.AddAsync(added));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_quiesce_unwatch(rbd_image_t image, uint64_t handle)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_quiesce_unwatch")]
    public static int Unwatch(nint image, ulong watch)
    {
        try
        {
            OpenImage watched = Handles.Images.Get(image);
            Control.Run(() => watched.QuiesceWatches.EndAsync(watch));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_quiesce_complete(rbd_image_t image, uint64_t handle, int r)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_quiesce_complete")]
    public static void Complete(nint image, ulong watch, int result)
    {
        try
        {
            Handles.Images.Get(image).Image.CompleteQuiesce(watch, result);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
