using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>Completions of operations on objects.</summary>
internal static unsafe class RadosCompletions
{
    // int rados_aio_create_completion(void *cb_arg, rados_callback_t cb_complete, rados_callback_t cb_safe, rados_completion_t *pc)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_create_completion")]
    public static int Create(
        void* argument, delegate* unmanaged[Cdecl]<nint, void*, void> onComplete, delegate* unmanaged[Cdecl]<nint, void*, void> onSafe, nint* completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(completion);
            Completion created = CompletionPool.Rent(onComplete, argument);
            created.SafeCallback = onSafe;
            *completion = created.Handle;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_create_completion2(void *cb_arg, rados_callback_t cb_complete, rados_completion_t *pc)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_create_completion2")]
    public static int Create(void* argument, delegate* unmanaged[Cdecl]<nint, void*, void> onComplete, nint* completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(completion);
            *completion = CompletionPool.Rent(onComplete, argument).Handle;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_wait_for_complete(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_wait_for_complete")]
    public static int Wait(nint completion)
    {
        try
        {
            return WaitForValue(completion);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_wait_for_safe(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_wait_for_safe")]
    public static int WaitForSafe(nint completion)
    {
        try
        {
            return WaitForValue(completion);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_wait_for_complete_and_cb(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_wait_for_complete_and_cb")]
    public static int WaitAndCallback(nint completion)
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

    // int rados_aio_wait_for_safe_and_cb(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_wait_for_safe_and_cb")]
    public static int WaitForSafeAndCallback(nint completion)
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

    // int rados_aio_is_complete(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_is_complete")]
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

    // int rados_aio_is_safe(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_is_safe")]
    public static int IsSafe(nint completion)
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

    // int rados_aio_is_complete_and_cb(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_is_complete_and_cb")]
    public static int IsCompleteAndCallback(nint completion)
    {
        try
        {
            return CompletionPool.Get(completion).State == CompletionState.Complete ? 1 : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_is_safe_and_cb(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_is_safe_and_cb")]
    public static int IsSafeAndCallback(nint completion)
    {
        try
        {
            return CompletionPool.Get(completion).State == CompletionState.Complete ? 1 : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_get_return_value(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_get_return_value")]
    public static int Value(nint completion)
    {
        try
        {
            return (int)CompletionPool.Get(completion).Value;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // uint64_t rados_aio_get_version(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_get_version")]
    public static ulong Version(nint completion)
    {
        try
        {
            return CompletionPool.Get(completion).Version;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // void rados_aio_release(rados_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_release")]
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

    // A callback that asks about its own completion must not wait for its own end.
    private static int WaitForValue(nint handle)
    {
        Completion completion = CompletionPool.Get(handle);
        if (!completion.IsComplete)
            completion.Wait();
        return 0;
    }
}
