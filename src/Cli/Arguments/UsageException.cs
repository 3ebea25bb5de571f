namespace CurveRbd.Cli;

/// <summary>The command line can't be understood. Exit status 1; the message is Ceph's wording without its "rbd: ".</summary>
internal sealed class UsageException(string message) : Exception(message);
