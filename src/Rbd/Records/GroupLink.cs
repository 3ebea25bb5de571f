using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The group that an image belongs to.</summary>
internal sealed record GroupLink
{
    public required long PoolId { get; init; }

    public required ByteName Namespace { get; init; }

    public required string GroupId { get; init; }

    /// <summary>Of an image's snapshot: the group's snapshot that it is a part of.</summary>
    public string? SnapshotId { get; init; }
}
