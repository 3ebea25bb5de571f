using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A clone of one of an image's snapshots.</summary>
public sealed record ImageChild(
    long PoolId, ByteName PoolName, ByteName Namespace, string ImageId, ByteName Name, bool IsTrashed);
