using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The snapshot of another image that an image is a clone of.</summary>
/// <param name="Overlap">How much of it shows through, in bytes.</param>
public sealed record ImageParent(
    long PoolId,
    ByteName PoolName,
    ByteName Namespace,
    string ImageId,
    ByteName ImageName,
    bool IsTrashed,
    Snapshot Snapshot,
    ulong Overlap);
