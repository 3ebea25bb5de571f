namespace CurveRbd.Curve;

/// <summary>A server's number for an open file. Good on the connection on which it was told: a server that comes back may have given it to another.</summary>
internal readonly record struct NebdHandle(int Fd, long ConnectionId);
