using System.Text;

namespace CurveRbd.Rados;

/// <summary>Writes whole lines to a descriptor, each with one write(), and drops what can't be written.</summary>
internal static class LineWriter
{
    private const int StandardErrorDescriptor = 2;

    // rw-r--r--, before the umask.
    private const int FileMode = 0x1a4;

    public static void WriteToStandardError(string line) => Write(StandardErrorDescriptor, line);

    /// <returns>Below 0 when the file can't be opened.</returns>
    public static int OpenForAppend(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");

        // A FIFO that nobody reads must not hold the host up.
        const int Flags = Libc.WriteOnly | Libc.Create | Libc.Append | Libc.NoTerminal | Libc.NonBlocking | Libc.CloseOnExec;
        return Libc.Open(ref name[0], Flags, FileMode);
    }

    public static void Write(int descriptor, string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        _ = Libc.Write(descriptor, ref bytes[0], bytes.Length);
    }
}
