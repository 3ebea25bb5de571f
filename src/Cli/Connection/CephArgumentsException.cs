namespace CurveRbd.Cli;

/// <summary>An option that every Ceph command takes is wrong. Exit status 1; the message is printed as it is.</summary>
internal sealed class CephArgumentsException(string message, Exception? inner = null) : Exception(message, inner);
