using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Rados;

/// <summary>The host's stderr. Written to directly: System.Console would change the host's terminal and signal handling.</summary>
internal static class StandardError
{
    private const int FileDescriptor = 2;

    public static void WriteLine(string line)
    {
        try
        {
            using var handle = new SafeFileHandle(FileDescriptor, ownsHandle: false);
            using var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Closed by the host, or nobody reads it any more.
        }
    }
}
