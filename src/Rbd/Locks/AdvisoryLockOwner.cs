using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Who holds an advisory lock.</summary>
/// <param name="Client">"client.", then its instance id.</param>
/// <param name="Address">"ip:0/nonce".</param>
public readonly record struct AdvisoryLockOwner(string Client, ByteName Cookie, string Address);
