using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A lock that somebody holds.</summary>
public sealed record ObjectLockState(bool IsExclusive, ByteName Tag, IReadOnlyList<ObjectLockOwner> Owners);

/// <param name="Client">"client.4711"</param>
public sealed record ObjectLockOwner(string Client, ByteName Cookie, string Address);
