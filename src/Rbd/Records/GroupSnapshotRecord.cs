using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One moment of all images of a group.</summary>
internal sealed record GroupSnapshotRecord : VersionedRecord
{
    public required string Id { get; init; }

    public required ByteName Name { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Not so: it is being taken or removed, or that was cut short.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The images that it is of; before they have their snapshots, <see cref="GroupSnapshotPart.SnapshotId"/> is 0.</summary>
    public required IReadOnlyList<GroupSnapshotPart> Parts { get; init; }
}

/// <summary>What a group's snapshot is of one image.</summary>
internal sealed record GroupSnapshotPart
{
    public required long PoolId { get; init; }

    public required ByteName Namespace { get; init; }

    public required string ImageId { get; init; }

    public ulong SnapshotId { get; init; }
}
