namespace CurveRbd.Curve;

/// <summary>A server's number for an open file. Good on the connection on which it was told: a server that comes back may have given it to another.</summary>
/// <param name="Name">Under which it was opened.</param>
internal readonly record struct NebdHandle(int Fd, long ConnectionId, string Name);
