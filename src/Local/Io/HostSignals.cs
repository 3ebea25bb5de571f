using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>Keeps the host's signals on the host's threads: a handler of QEMU must not run on one of ours.</summary>
internal static class HostSignals
{
    private const int Block = 0;
    private const int SetWords = 16; // sizeof(sigset_t) / 8

    // Faults are raised in the thread that made them, and .NET stops its threads with SIGRTMIN.
    private static readonly int[] s_ours = [4, 5, 7, 8, 11, 34];

    public static void BlockInThisThread()
    {
        Span<ulong> set = stackalloc ulong[SetWords];
        set.Fill(ulong.MaxValue);
        foreach (int signal in s_ours)
            set[0] &= ~(1ul << (signal - 1));
        _ = Libc.SetSignalMask(Block, ref MemoryMarshal.GetReference(set), 0);
    }
}
