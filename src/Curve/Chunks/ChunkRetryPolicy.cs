namespace CurveRbd.Curve;

/// <summary>How requests to chunkservers are repeated. What is not limited here is repeated until the operation's own timeout.</summary>
public sealed record ChunkRetryPolicy
{
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Up to which the timeout of a call doubles when calls time out.</summary>
    public TimeSpan CallTimeoutMax { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Between tries; also when the leader has not changed.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After an answer of a server that does not lead.</summary>
    public TimeSpan RedirectDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Up to which the pause doubles when a server is overloaded.</summary>
    public TimeSpan OverloadDelayMax { get; init; } = TimeSpan.FromSeconds(8);

    public TimeSpan GetLeaderTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public int GetLeaderRoundsMax { get; init; } = 5;

    /// <summary>
    /// Tries after an answer that means a fault of a server (bad disk, bad checksum, no space, unknown). CurveBS' own client goes
    /// on for days; a caller is better served by an error once the copyset had time to choose another leader.
    /// </summary>
    public int FaultTriesMax { get; init; } = 100;
}
