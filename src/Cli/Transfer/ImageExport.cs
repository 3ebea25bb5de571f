using CurveRbd.Rbd;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Cli;

/// <summary>Writes the bytes of an image, as they are, to a new file or to a stream.</summary>
internal sealed class ImageExport(Image image, int parallelism, Action<ulong, ulong> progress)
{
    // As Ceph: shorter runs of zeros are written, longer ones become holes of the file.
    private const int SparseSize = 4096;

    private readonly ulong _size = image.Size;

    /// <summary>Blocks of zeros become holes. A file that could not be finished is removed.</summary>
    /// <exception cref="StorageException">EEXIST and what else the file system says; all that reading can say.</exception>
    public async Task ToFileAsync(string path, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = Create(path);
        try
        {
            IReadOnlyList<VolumeExtent> data = await FindDataAsync(cancellationToken).ConfigureAwait(false);
            await ParallelChunks.RunAsync(
                data.SelectMany(extent => Chunk.Cut(extent.Offset, extent.End)),
                parallelism,
                (chunk, buffer) => CopyAsync(chunk, buffer, file, path),
                chunk => progress(chunk.End, _size),
                cancellationToken).ConfigureAwait(false);
            SetLength(file, path);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>In order, holes as zeros.</summary>
    public async Task ToStreamAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        var reads = new Queue<(Chunk Chunk, byte[] Buffer, Task Read)>();
        var free = new Stack<byte[]>();
        using IEnumerator<Chunk> chunks = Chunk.Cut(0, _size).GetEnumerator();
        try
        {
            while (true)
            {
                while (reads.Count < parallelism && chunks.MoveNext())
                    reads.Enqueue(StartRead(chunks.Current, free));
                if (!reads.TryPeek(out (Chunk Chunk, byte[] Buffer, Task Read) next))
                    return;

                cancellationToken.ThrowIfCancellationRequested();
                await next.Read.ConfigureAwait(false);
                reads.Dequeue();
                terminal.Write(next.Buffer.AsSpan(0, next.Chunk.Length));
                progress(next.Chunk.End, _size);
                free.Push(next.Buffer);
            }
        }
        finally
        {
            // The image must not be closed over buffers that are still lent to it.
            foreach ((_, _, Task read) in reads)
                await read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static SafeFileHandle Create(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("create", path, e);
        }
    }

    private async Task<IReadOnlyList<VolumeExtent>> FindDataAsync(CancellationToken cancellationToken)
    {
        var extents = new List<VolumeExtent>();
        if (_size == 0)
            return extents;
        await image.DiffAsync(null, 0, _size, includeParent: true, wholeObject: false, Add, cancellationToken).ConfigureAwait(false);
        return extents;

        int Add(ulong offset, ulong length, bool exists)
        {
            if (exists)
                extents.Add(new VolumeExtent(offset, length));
            return 0;
        }
    }

    private async Task CopyAsync(Chunk chunk, Memory<byte> buffer, SafeFileHandle file, string path)
    {
        await ReadAsync(chunk, buffer).ConfigureAwait(false);
        try
        {
            foreach (Range run in DataRuns.Find(buffer, SparseSize))
                RandomAccess.Write(file, buffer.Span[run], (long)chunk.Offset + run.Start.Value);
        }
        catch (IOException e)
        {
            throw Failed("write", path, e);
        }
    }

    private (Chunk Chunk, byte[] Buffer, Task Read) StartRead(Chunk chunk, Stack<byte[]> free)
    {
        byte[] buffer = free.TryPop(out byte[]? used) ? used : GC.AllocateUninitializedArray<byte>(Chunk.LengthMax);
        return (chunk, buffer, ReadAsync(chunk, buffer.AsMemory(0, chunk.Length)));
    }

    private async Task ReadAsync(Chunk chunk, Memory<byte> buffer)
    {
        int count = await image.ReadAsync(chunk.Offset, buffer).ConfigureAwait(false);
        if (count != buffer.Length)
        {
            string shrunk = $"image {image.Name} ended at {chunk.Offset + (ulong)count}, before its size of {_size}";
            throw new StorageException(Errno.EIO, $"{shrunk}: somebody shrank it meanwhile");
        }
    }

    private void SetLength(SafeFileHandle file, string path)
    {
        try
        {
            RandomAccess.SetLength(file, (long)_size);
        }
        catch (IOException e)
        {
            throw Failed("set the length of", path, e);
        }
    }

    private static StorageException Failed(string what, string path, Exception e) =>
        new(FileError.Of(e), $"{what} {path}: {e.Message}", e);
}
