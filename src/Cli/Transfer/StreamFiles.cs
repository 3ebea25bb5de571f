using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>The files that streams of images and of differences are read from and written to.</summary>
internal static class StreamFiles
{
    private const int BufferSize = 128 * 1024; // records of a stream are small, and many

    /// <summary>'-' is standard input.</summary>
    /// <exception cref="StorageException">ENOENT, EACCES, EISDIR and what else opening says.</exception>
    public static Stream OpenInput(Terminal terminal, string path)
    {
        if (path == "-")
            return terminal.Input;
        try
        {
            return Directory.Exists(path)
                ? throw new StorageException(Errno.EISDIR, $"{path} is a directory")
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(FileError.Of(e), $"open {path}: {e.Message}", e);
        }
    }

    /// <summary>Runs <paramref name="write"/> on a new file, which is removed when that fails; or, for '-', on standard output.</summary>
    /// <exception cref="StorageException">EEXIST and what else the file system says.</exception>
    public static Task WriteAsync(Terminal terminal, string path, Func<Stream, Task> write) =>
        path == "-" ? write(terminal.Output) : WriteAsync(Create(path), path, write);

    private static async Task WriteAsync(FileStream file, string path, Func<Stream, Task> write)
    {
        try
        {
            await using (file.ConfigureAwait(false))
                await write(file).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, BufferSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(FileError.Of(e), $"create {path}: {e.Message}", e);
        }
    }
}
