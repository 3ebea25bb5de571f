using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Hearing of what others tell about an object.</summary>
internal static unsafe class ObjectWatches
{
    // int rados_watch(rados_ioctx_t io, const char *o, uint64_t ver, uint64_t *cookie, rados_watchcb_t watchcb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_watch")]
    public static int Watch(
        nint ioContext, byte* name, ulong version, ulong* cookie, delegate* unmanaged[Cdecl]<byte, ulong, void*, void> onNotify, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(cookie);
            var callbacks = new WatchCallbacks { OnOldNotify = onNotify, Argument = argument };
            return Start(ioContext, name, cookie, callbacks);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_watch2(rados_ioctx_t io, const char *o, uint64_t *cookie, rados_watchcb2_t watchcb, rados_watcherrcb_t watcherrcb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_watch2")]
    public static int Watch(
        nint ioContext, byte* name, ulong* cookie, delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, byte*, nuint, void> onNotify, delegate* unmanaged[Cdecl]<void*, ulong, int, void> onError, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(cookie);
            var callbacks = new WatchCallbacks { OnNotify = onNotify, OnError = onError, Argument = argument };
            return Start(ioContext, name, cookie, callbacks);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_watch3(rados_ioctx_t io, const char *o, uint64_t *cookie, rados_watchcb2_t watchcb, rados_watcherrcb_t watcherrcb, uint32_t timeout, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_watch3")]
    public static int WatchInTime(
        nint ioContext, byte* name, ulong* cookie, delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, byte*, nuint, void> onNotify, delegate* unmanaged[Cdecl]<void*, ulong, int, void> onError, uint timeout, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(cookie);
            var callbacks = new WatchCallbacks { OnNotify = onNotify, OnError = onError, Argument = argument };
            return Start(ioContext, name, cookie, callbacks);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_watch(rados_ioctx_t io, const char *o, rados_completion_t completion, uint64_t *handle, rados_watchcb2_t watchcb, rados_watcherrcb_t watcherrcb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_watch")]
    public static int AioWatch(
        nint ioContext, byte* name, nint completion, ulong* handle, delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, byte*, nuint, void> onNotify, delegate* unmanaged[Cdecl]<void*, ulong, int, void> onError, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(handle);
            var callbacks = new WatchCallbacks { OnNotify = onNotify, OnError = onError, Argument = argument };
            return Start(ioContext, name, handle, callbacks, completion);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_watch2(rados_ioctx_t io, const char *o, rados_completion_t completion, uint64_t *handle, rados_watchcb2_t watchcb, rados_watcherrcb_t watcherrcb, uint32_t timeout, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_watch2")]
    public static int AioWatchInTime(
        nint ioContext, byte* name, nint completion, ulong* handle, delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, byte*, nuint, void> onNotify, delegate* unmanaged[Cdecl]<void*, ulong, int, void> onError, uint timeout, void* argument)
    {
        try
        {
            OutBuffer.ThrowIfNull(handle);
            var callbacks = new WatchCallbacks { OnNotify = onNotify, OnError = onError, Argument = argument };
            return Start(ioContext, name, handle, callbacks, completion);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_watch_check(rados_ioctx_t io, uint64_t cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_watch_check")]
    public static int Check(nint ioContext, ulong cookie)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            Find(cookie).ThrowIfFailed();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_unwatch(rados_ioctx_t io, const char *o, uint64_t cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_unwatch")]
    public static int Unwatch(nint ioContext, byte* name, ulong cookie)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            Find(cookie).End();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_unwatch2(rados_ioctx_t io, uint64_t cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_unwatch2")]
    public static int Unwatch(nint ioContext, ulong cookie)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            Find(cookie).End();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_unwatch(rados_ioctx_t io, uint64_t cookie, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_unwatch")]
    public static int AioUnwatch(nint ioContext, ulong cookie, nint completion)
    {
        try
        {
            OpenWatch ending = Find(cookie);
            return ObjectRequest.Begin(Handles.IoContexts.Get(ioContext), completion, () => End(ending));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_watch_flush(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_watch_flush")]
    public static int Flush(nint cluster)
    {
        try
        {
            Handles.Clusters.Get(cluster).Watches.Flush();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_watch_flush(rados_t cluster, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_watch_flush")]
    public static int AioFlush(nint cluster, nint completion)
    {
        try
        {
            OpenWatches watches = Handles.Clusters.Get(cluster).Watches;
            Completion told = CompletionPool.Get(completion);
            told.Start();
            told.Follow(watches.FlushAsync());
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Start(nint ioContext, byte* name, ulong* cookie, WatchCallbacks callbacks)
    {
        OpenIoContext open = Handles.IoContexts.Get(ioContext);
        ObjectId id = open.Context.Objects.Identify(CString.Name(name, "the object's name"));
        OpenWatch watch = Control.Run(() => OpenWatch.StartAsync(open, id, callbacks));
        *cookie = (ulong)watch.Handle;
        return 0;
    }

    private static int Start(nint ioContext, byte* name, ulong* cookie, WatchCallbacks callbacks, nint completion)
    {
        OpenIoContext open = Handles.IoContexts.Get(ioContext);
        ObjectId id = open.Context.Objects.Identify(CString.Name(name, "the object's name"));
        return ObjectRequest.Begin(open, completion, () => Started(OpenWatch.StartAsync(open, id, callbacks), cookie));
    }

    private static Task<int> Started(Task<OpenWatch> starting, ulong* cookie) => starting.ContinueWith(
        started =>
        {
            *cookie = (ulong)started.GetAwaiter().GetResult().Handle;
            return 0;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private static Task<int> End(OpenWatch watch) => watch.EndAsync().ContinueWith(
        ended =>
        {
            ended.GetAwaiter().GetResult();
            return 0;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private static OpenWatch Find(ulong cookie) =>
        Handles.Watches.TryGet((nint)cookie, out OpenWatch? watch)
            ? watch
            : throw new StorageException(Errno.ENOTCONN, $"there is no watch {cookie}: it was ended");
}
