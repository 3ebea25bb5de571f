namespace CurveRbd.Rados;

/// <summary>A client that may no longer write. Address is "ip:0/nonce".</summary>
public sealed record BlocklistEntry(string Address, DateTimeOffset Until);
