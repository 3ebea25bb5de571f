namespace CurveRbd.Rbd;

/// <summary>A client that has the image open for writing.</summary>
/// <param name="Address">Of the client, "ip:0/nonce".</param>
/// <param name="ClientId">The client's instance id.</param>
/// <param name="Cookie">Tells apart several handles of one client.</param>
public readonly record struct ImageWatcher(string Address, long ClientId, ulong Cookie);
