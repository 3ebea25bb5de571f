using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The group's snapshot that an image's snapshot is a part of.</summary>
public sealed record SnapshotGroup(long PoolId, ByteName PoolName, ByteName Group, ByteName Snapshot);
