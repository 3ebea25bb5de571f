using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image of a group.</summary>
public sealed record GroupImage(long PoolId, ByteName PoolName, ByteName Namespace, string ImageId, ByteName Name);
