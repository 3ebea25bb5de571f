using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>struct timeval</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeVal
{
    public long Seconds;
    public long Microseconds;

    public readonly TimeSpan ToTimeSpan() =>
        CTime.Seconds((ulong)long.Max(Seconds, 0)) + TimeSpan.FromMicroseconds(long.Clamp(Microseconds, 0, 1_000_000));
}
