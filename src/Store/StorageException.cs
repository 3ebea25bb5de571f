namespace CurveRbd.Store;

/// <summary>
/// An expected refusal or failure. The number is what a C or Python caller branches on; the message says what was wrong,
/// on what, and what to do, for the log and for the commands.
/// </summary>
public sealed class StorageException(Errno errno, string message, Exception? inner = null) : Exception(message, inner)
{
    public Errno Errno { get; } = errno;
}
