using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>The explanation behind an error, on stderr in the form of Ceph's log: time, thread, level, who, text.</summary>
internal static class LibraryLog
{
    public static void Print(Terminal terminal, Exception? cause)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            if (cause is StorageException)
                terminal.PrintErrorLine($"{Stamp()} {Environment.CurrentManagedThreadId:x} -1 librbd: {cause.Message}");
        }
    }

    private static string Stamp()
    {
        DateTimeOffset now = DateTimeOffset.Now;
        return $"{now:yyyy-MM-ddTHH:mm:ss.fff}{now.ToString("zzz").Replace(":", "", StringComparison.Ordinal)}";
    }
}
