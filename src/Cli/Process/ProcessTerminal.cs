using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Cli;

/// <summary>The process's own standard streams and stores.</summary>
internal static class ProcessTerminal
{
    public static CommandEnvironment CreateEnvironment(CancellationToken interrupted) => new()
    {
        Terminal = new Terminal(Open(0, FileAccess.Read), Open(1, FileAccess.Write), Open(2, FileAccess.Write)),
        Stores = new NoStores(),
        Interrupted = interrupted,
    };

    // Not Console's streams: they hide that a pipe has lost its reader, and an export would run on for hours.
    private static Stream Open(int fileDescriptor, FileAccess access)
    {
        try
        {
            return new FileStream(new SafeFileHandle(fileDescriptor, ownsHandle: false), access, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new ClosedStream();
        }
    }
}
