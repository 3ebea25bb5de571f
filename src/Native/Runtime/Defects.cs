using System.Text;

namespace CurveRbd.Native;

/// <summary>Tells on standard error what a number can't. Few times: the file belongs to the host.</summary>
internal static unsafe class Defects
{
    private const int ReportsMax = 10;
    private const int StandardError = 2;

    private static int s_reports;

    public static void Report(Exception error) => Tell($"unexpected failure, answered with EIO: {error}");

    public static void Tell(string what)
    {
        if (Interlocked.Increment(ref s_reports) > ReportsMax)
            return;
        // One write, so that lines of several threads and processes don't mix.
        byte[] line = Encoding.UTF8.GetBytes($"curverbd: {what}\n");
        fixed (byte* start = line)
            _ = Libc.Write(StandardError, start, (nuint)line.Length);
    }
}
