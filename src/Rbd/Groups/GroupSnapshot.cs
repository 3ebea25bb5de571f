using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One moment of all images of a group.</summary>
/// <param name="ImageSnapshotName">What the images' own snapshots are called.</param>
/// <param name="IsComplete">false: it is being taken or removed, or that was cut short; it can only be removed.</param>
public sealed record GroupSnapshot(
    string Id, ByteName Name, ByteName ImageSnapshotName, bool IsComplete, DateTimeOffset Created, IReadOnlyList<GroupImageSnapshot> Images);

/// <summary>What a group's snapshot is of one image.</summary>
public sealed record GroupImageSnapshot(long PoolId, ByteName PoolName, ByteName Namespace, ByteName ImageName, ulong SnapshotId);
