namespace CurveRbd.Rbd;

internal sealed record MergeOptions
{
    public static MergeOptions Default { get; } = new();

    /// <summary>Clusters that are moved with one pair of flushes, and held meanwhile: 2 MiB.</summary>
    public int ClustersAtOnce { get; init; } = 32;

    /// <summary>Upper bound of the speed, so that the host's own requests keep theirs; null: none.</summary>
    public long? BytesPerSecondMax { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan PauseAfter(int clusters) => BytesPerSecondMax is { } bytes
        ? TimeSpan.FromSeconds((double)clusters * OverlayHeader.ClusterSize / bytes)
        : TimeSpan.Zero;
}
