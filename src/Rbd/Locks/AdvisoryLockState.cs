using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The advisory lock of an image.</summary>
/// <param name="Tag">Of a shared lock; else empty.</param>
/// <param name="Owners">Empty: nobody holds it.</param>
public sealed record AdvisoryLockState(ByteName Tag, bool IsExclusive, IReadOnlyList<AdvisoryLockOwner> Owners);
