namespace CurveRbd.TestCluster;

/// <summary>What a nebd-server remembers of a file across restarts.</summary>
internal sealed class NebdRecord
{
    public required string FileName { get; init; }

    public required int Fd { get; init; }

    public bool IsExclusive { get; init; } = true;

    /// <summary>null: closed for lack of heartbeats, or it could not be opened; the next request tries again.</summary>
    internal InnerVolume? Volume { get; set; }

    /// <summary>Timestamp of the last heartbeat.</summary>
    internal long Seen { get; set; }
}
