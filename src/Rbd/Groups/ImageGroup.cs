using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The group that an image belongs to.</summary>
public sealed record ImageGroup(long PoolId, ByteName PoolName, ByteName Namespace, ByteName Name);
