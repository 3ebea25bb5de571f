using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Cli;

/// <summary>A file or block device that is read at any place.</summary>
internal sealed class SourceFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SourceFile(string path, SafeFileHandle handle, ulong length)
    {
        Path = path;
        _handle = handle;
        Length = length;
    }

    public string Path { get; }

    /// <summary>In bytes, when it was opened.</summary>
    public ulong Length { get; }

    /// <returns>null when the file can only be read from front to back: a pipe, a terminal.</returns>
    /// <exception cref="StorageException">ENOENT, EACCES, EISDIR and what else opening says.</exception>
    public static SourceFile? TryOpen(string path)
    {
        if (Directory.Exists(path))
            throw new StorageException(Errno.EISDIR, $"{path} is a directory");
        SafeFileHandle handle = Open(path);
        if (FilePosition.TryGetEnd(handle, out ulong length))
            return new SourceFile(path, handle, length);
        handle.Dispose();
        return null;
    }

    /// <summary>Opens what can only be read from front to back.</summary>
    /// <exception cref="StorageException">As <see cref="TryOpen"/>.</exception>
    public static Stream OpenStream(string path) => new FileStream(Open(path), FileAccess.Read, bufferSize: 0);

    /// <summary>The chunks that may hold data; the rest are holes.</summary>
    public IEnumerable<Chunk> DataChunks()
    {
        ulong offset = 0;
        while (FilePosition.NextData(_handle, offset, Length) is { } data)
        {
            foreach (Chunk chunk in Chunk.Cut(data.Offset, data.End))
                yield return chunk;
            offset = data.End;
        }
    }

    /// <exception cref="StorageException">EIO: the file became shorter, or can't be read.</exception>
    public async Task ReadAsync(ulong offset, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = await ReadSomeAsync(offset, buffer).ConfigureAwait(false);
            if (count == 0)
                throw Changed(offset);
            buffer = buffer[count..];
            offset += (ulong)count;
        }
    }

    /// <exception cref="StorageException">EIO: its length is no longer that which it had when it was opened.</exception>
    public void ThrowIfChanged()
    {
        if (FilePosition.TryGetEnd(_handle, out ulong length) && length != Length)
            throw Changed(length);
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(FileError.Of(e), $"open {path}: {e.Message}", e);
        }
    }

    private async Task<int> ReadSomeAsync(ulong offset, Memory<byte> buffer)
    {
        try
        {
            return await RandomAccess.ReadAsync(_handle, buffer, (long)offset).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new StorageException(FileError.Of(e), $"read {Path} at {offset}: {e.Message}", e);
        }
    }

    private StorageException Changed(ulong length) =>
        new(Errno.EIO, $"{Path} changed while it was read: it had {Length} bytes and now has {length}; import a file that nobody writes");
}
