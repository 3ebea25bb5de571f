using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>A completion of ours that a call of Ceph's library ends (shim/ceph/loans.c).</summary>
internal static class LentCompletions
{
    // int curverbd_completion_begin(long completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_completion_begin")]
    public static int Begin(nint completion)
    {
        try
        {
            CompletionPool.Get(completion).Start();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int curverbd_completion_cancel(long completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_completion_cancel")]
    public static int Cancel(nint completion)
    {
        try
        {
            CompletionPool.Get(completion).Cancel();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int curverbd_completion_finish(long completion, long value)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_completion_finish")]
    public static int Finish(nint completion, nint value)
    {
        try
        {
            CompletionPool.Get(completion).End(value);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
