namespace CurveRbd.Curve;

/// <summary>How calls to the MDS are repeated and when the next MDS is tried.</summary>
public sealed record MdsRetryPolicy
{
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Up to which the timeout of a call doubles when calls time out.</summary>
    public TimeSpan CallTimeoutMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All tries of one operation, I/O path excepted.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(8);

    public int FailuresBeforeNextMds { get; init; } = 2;

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(100);
}
