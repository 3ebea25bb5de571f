using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Rbd;

/// <summary>A file that an import reads. What lies beyond its end reads as zeros.</summary>
internal sealed class SourceFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SourceFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Length = (ulong)RandomAccess.GetLength(handle);
    }

    public string Path { get; }

    /// <summary>In bytes.</summary>
    public ulong Length { get; }

    /// <exception cref="StorageException">ENOENT, EACCES, EIO.</exception>
    public static SourceFile Open(string path)
    {
        try
        {
            return new SourceFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StorageException(Errno.ENOENT, $"there is no file {path} to import", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StorageException(Errno.EACCES, $"the file {path} can't be read by this process, or is a directory", error);
        }
        catch (IOException error)
        {
            throw new StorageException(Errno.EIO, $"the file {path} can't be opened: {error.Message}", error);
        }
    }

    /// <exception cref="StorageException">EIO.</exception>
    public async ValueTask ReadAsync(ulong offset, Memory<byte> buffer)
    {
        try
        {
            while (buffer.Length > 0)
            {
                int read = await RandomAccess.ReadAsync(_handle, buffer, (long)offset).ConfigureAwait(false);
                if (read == 0)
                    break;
                offset += (ulong)read;
                buffer = buffer[read..];
            }

            buffer.Span.Clear();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new StorageException(Errno.EIO, $"the file {Path}, which an image is being imported from, can't be read: {error.Message}", error);
        }
    }

    /// <summary>The same at once, of what a file tells of itself.</summary>
    public byte[] Read(ulong offset, int length)
    {
        var buffer = new byte[length];
        ReadAsync(offset, buffer).AsTask().GetAwaiter().GetResult();
        return buffer;
    }

    public void Dispose() => _handle.Dispose();
}
