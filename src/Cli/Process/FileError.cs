using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>The error number behind .NET's exceptions for files.</summary>
internal static class FileError
{
    public static Errno Of(Exception error) => error switch
    {
        StorageException storage => storage.Errno,
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        UnauthorizedAccessException { InnerException: IOException inner } => Of(inner),
        UnauthorizedAccessException => Errno.EACCES,
        PathTooLongException => Errno.ENAMETOOLONG,
        ObjectDisposedException => Errno.EBADF,
        // On Unix, .NET keeps the raw errno in HResult.
        IOException { HResult: > 0 and < 4096 } raw => (Errno)raw.HResult,
        _ => Errno.EIO,
    };
}
