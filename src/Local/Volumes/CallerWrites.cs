using System.Diagnostics;

namespace CurveRbd.Local;

/// <summary>
/// When a write may run on the caller's thread. Into the page cache it takes a few microseconds, a tenth of a hand-over to another
/// thread. But the kernel slows writers down that make pages dirty faster than the disk takes them, and the caller may be the event
/// loop of a virtual machine: so that time is measured, and after too much of it writes go to the threads for a while.
/// </summary>
internal sealed class CallerWrites
{
    private const int LengthMax = 16 * 1024;

    // A part of a page may have to be read from the disk first.
    private const int PageSize = 4096;

    private static readonly long s_window = Stopwatch.Frequency;
    private static readonly long s_stallsMax = Stopwatch.Frequency / 50; // 20 ms in a second
    private static readonly long s_pauseMax = 10 * Stopwatch.Frequency;

    // Less is the copying itself.
    private static readonly long s_stall = Stopwatch.Frequency / 1000;

    // Written by any thread without a lock: what gets lost is a measurement.
    private long _windowStart;
    private long _stalled;
    private long _pause;
    private long _notBefore;

    public static bool IsShort(ulong offset, int length) => length <= LengthMax && ((offset | (uint)length) & (PageSize - 1)) == 0;

    public bool MayStart(out Start start)
    {
        start = new Start(Stopwatch.GetTimestamp(), ThreadUsage.Sleeps());
        return start.Time >= _notBefore;
    }

    public void Ended(Start start)
    {
        // A thread that did not sleep was merely without a processor, as any work of its own would have been.
        long now = Stopwatch.GetTimestamp();
        if (now - start.Time < s_stall || ThreadUsage.Sleeps() == start.Sleeps)
            return;

        if (now - _windowStart > s_window)
            (_windowStart, _stalled) = (now, 0);
        _stalled += now - start.Time;
        if (_stalled > s_stallsMax)
            Pause(now);
    }

    // Twice as long each time, up to a limit, and from the start again after that long without one.
    private void Pause(long now)
    {
        _pause = now - _notBefore > s_pauseMax ? s_window : Math.Min(2 * _pause, s_pauseMax);
        _notBefore = now + _pause;
        _stalled = 0;
    }

    /// <summary>The moment before a write.</summary>
    public readonly record struct Start(long Time, long Sleeps);
}
