namespace CurveRbd.Native;

/// <summary>Times and durations of C callers, who give any number.</summary>
internal static class CTime
{
    private static readonly long s_first = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <param name="time">time_t</param>
    /// <returns>The nearest time that .NET has.</returns>
    public static DateTimeOffset Time(long time) => DateTimeOffset.FromUnixTimeSeconds(long.Clamp(time, s_first, s_last));

    /// <returns>The duration, or the longest that leads from now to a time that .NET has.</returns>
    public static TimeSpan Seconds(ulong seconds)
    {
        TimeSpan longest = DateTimeOffset.MaxValue - DateTimeOffset.UtcNow - TimeSpan.FromDays(1);
        return seconds < (ulong)longest.TotalSeconds ? TimeSpan.FromSeconds((long)seconds) : longest;
    }
}
