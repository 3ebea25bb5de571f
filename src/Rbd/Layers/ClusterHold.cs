namespace CurveRbd.Rbd;

/// <summary>A request's hold on a range of clusters, shared (data in place) or exclusive (entries change). Reusable.</summary>
internal sealed class ClusterHold
{
    public ulong First { get; private set; }

    public ulong Last { get; private set; }

    public bool IsExclusive { get; private set; }

    // The list of holds that are in force (ClusterLocks, under its lock).
    public ClusterHold? Earlier { get; set; }

    public ClusterHold? Later { get; set; }

    /// <summary>Set while it waits.</summary>
    public TaskCompletionSource? Granted { get; set; }

    /// <param name="length">In bytes, at least 1.</param>
    public ClusterHold Over(ulong offset, ulong length, bool isExclusive)
    {
        First = offset >> OverlayHeader.ClusterShift;
        Last = (offset + (length - 1)) >> OverlayHeader.ClusterShift;
        IsExclusive = isExclusive;
        return this;
    }

    public bool ConflictsWith(ClusterHold other) =>
        (IsExclusive || other.IsExclusive) && First <= other.Last && other.First <= Last;
}
