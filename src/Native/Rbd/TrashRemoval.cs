using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>Removing for good what is in the trash.</summary>
internal static unsafe class TrashRemoval
{
    // int rbd_trash_remove(rados_ioctx_t io, const char *id, _Bool force)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_remove")]
    public static int Remove(nint ioContext, byte* id, byte force)
    {
        try
        {
            return Remove(ioContext, id, force != 0, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_remove_with_progress(rados_ioctx_t io, const char *id, _Bool force, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_remove_with_progress")]
    public static int RemoveWithProgress(
        nint ioContext, byte* id, byte force, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Remove(ioContext, id, force != 0, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_purge(rados_ioctx_t io, time_t expire_ts, float threshold)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_purge")]
    public static int Purge(nint ioContext, long expiredBefore, float threshold)
    {
        try
        {
            return Purge(ioContext, expiredBefore, threshold, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_trash_purge_with_progress(rados_ioctx_t io, time_t expire_ts, float threshold, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_trash_purge_with_progress")]
    public static int PurgeWithProgress(
        nint ioContext, long expiredBefore, float threshold, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Purge(ioContext, expiredBefore, threshold, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Remove(
        nint ioContext, byte* id, bool force, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        string image = CString.Text(id, "the image's id");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => ImageTrash.RemoveAsync(context, image, force, reported.On(caller), CancellationToken.None));
        return 0;
    }

    private static int Purge(
        nint ioContext, long expiredBefore, float threshold, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        DateTimeOffset before = CTime.Time(expiredBefore);
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => ImageTrash.PurgeAsync(context, before, threshold, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
