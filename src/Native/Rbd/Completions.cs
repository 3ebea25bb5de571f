using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>Completions of asynchronous operations.</summary>
internal static unsafe class Completions
{
    // int rbd_aio_create_completion(void *cb_arg, rbd_callback_t complete_cb, rbd_completion_t *c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_create_completion")]
    public static int Create(void* argument, delegate* unmanaged[Cdecl]<nint, void*, void> callback, nint* completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(completion);
            *completion = CompletionPool.Rent(callback, argument).Handle;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_is_complete(rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_is_complete")]
    public static int IsComplete(nint completion)
    {
        try
        {
            return CompletionPool.Get(completion).IsComplete ? 1 : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_wait_for_complete(rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_wait_for_complete")]
    public static int Wait(nint completion)
    {
        try
        {
            CompletionPool.Get(completion).Wait();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_aio_get_return_value(rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_get_return_value")]
    public static nint Value(nint completion)
    {
        try
        {
            return (nint)CompletionPool.Get(completion).Value;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void *rbd_aio_get_arg(rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_get_arg")]
    public static void* Argument(nint completion)
    {
        try
        {
            return CompletionPool.TryGet(completion, out Completion? known) ? known.Argument : null;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return null;
        }
    }

    // void rbd_aio_release(rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_release")]
    public static void Release(nint completion)
    {
        try
        {
            if (CompletionPool.TryGet(completion, out Completion? released))
                released.Release();
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
