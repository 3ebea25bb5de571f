using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>struct rusage of 64-bit Linux, as far as it is used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct ThreadUsage
{
    private const int ThisThread = 1;

    [FieldOffset(128)] private readonly long _voluntarySwitches;

    /// <summary>How often the calling thread has gone to sleep, as against being put off the processor.</summary>
    public static long Sleeps()
    {
        ThreadUsage usage = default;
        _ = Libc.GetUsage(ThisThread, ref usage);
        return usage._voluntarySwitches;
    }
}
