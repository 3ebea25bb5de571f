using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The snapshot of another image that a clone lies on.</summary>
internal sealed record ParentLink
{
    public required long PoolId { get; init; }

    public required ByteName Namespace { get; init; }

    public required string ImageId { get; init; }

    public required ulong SnapshotId { get; init; }

    /// <summary>How much of it shows through the head, in bytes. null: the head is detached, only snapshots of the clone lie on it.</summary>
    public ulong? Overlap { get; init; }

    /// <summary>1 or 2: whether the parent's snapshot must be protected.</summary>
    public required int CloneFormat { get; init; }
}
