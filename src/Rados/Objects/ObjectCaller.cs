namespace CurveRbd.Rados;

/// <summary>Who runs an operation, and when.</summary>
/// <param name="Client">"client.4711"</param>
internal sealed record ObjectCaller(string Client, string Address, DateTimeOffset Time);
