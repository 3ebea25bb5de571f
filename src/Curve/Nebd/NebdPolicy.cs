namespace CurveRbd.Curve;

/// <summary>How patiently a nebd-server is dealt with. Defaults are those of libnebd where it has any.</summary>
public sealed record NebdPolicy
{
    /// <summary>How long a first opening may be refused, or find nobody behind the socket.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one call that is no I/O.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between tries; grows with each one up to <see cref="DelayMax"/>.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// After how long without a heartbeat a write asks the MDS first: well below the 30 s after which a server closes a file and
    /// would open it anew, with the epoch of somebody else.
    /// </summary>
    public TimeSpan StandstillMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the reason is looked for while a request is not answered.</summary>
    public TimeSpan SilenceCheck { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long a request counts as dropped although the cluster is well: more than libcurve's longest pauses together.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries of a request that the server refuses.</summary>
    public int RefusalsMax { get; init; } = 3;

    /// <summary>Largest request, in bytes. The server itself takes what fits in 64 MiB.</summary>
    public int RequestSizeMax { get; init; } = 1 << 20;
}
