using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Makes an image from the bytes of a file or stream. Blocks of zeros are left unwritten.</summary>
internal sealed class ImageImport(IoContext io, ByteName name, ImageOptions options, int sparseSize, int parallelism)
{
    // How much an image grows at once while a stream of unknown length arrives. Stores may be unable to shrink, so not by doubling.
    private const ulong GrowthStep = 1ul << 30;

    /// <param name="progress">Told how far, of how much, in bytes.</param>
    /// <exception cref="StorageException">All that reading, creating and writing can say. The image is gone then.</exception>
    public Task FromFileAsync(SourceFile file, Action<ulong, ulong> progress, CancellationToken cancellationToken) =>
        CreateAsync(file.Length, image => CopyAsync(file, image, progress, cancellationToken), cancellationToken);

    /// <inheritdoc cref="FromFileAsync"/>
    public Task FromStreamAsync(Stream stream, CancellationToken cancellationToken) =>
        CreateAsync(0, image => CopyAsync(stream, image, cancellationToken), cancellationToken);

    private async Task CreateAsync(ulong size, Func<Image, Task> fill, CancellationToken cancellationToken)
    {
        await ImageDirectory.CreateAsync(io, name, size, options, cancellationToken).ConfigureAwait(false);
        try
        {
            Image image = await Image.OpenAsync(io, name, null, false, cancellationToken).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
                await fill(image).ConfigureAwait(false);
        }
        catch
        {
            await RemoveHalfMadeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task RemoveHalfMadeAsync()
    {
        try
        {
            await ImageDirectory.RemoveAsync(io, name, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The failure that led here is the one to report; what is left can be seen and removed by hand.
        }
    }

    private async Task CopyAsync(SourceFile file, Image image, Action<ulong, ulong> progress, CancellationToken cancellationToken)
    {
        await ParallelChunks.RunAsync(
            file.DataChunks(),
            parallelism,
            async (chunk, buffer) =>
            {
                await file.ReadAsync(chunk.Offset, buffer).ConfigureAwait(false);
                await WriteAsync(image, chunk.Offset, buffer).ConfigureAwait(false);
            },
            chunk => progress(chunk.End, file.Length),
            cancellationToken).ConfigureAwait(false);
        file.ThrowIfChanged();
        await image.FlushAsync().ConfigureAwait(false);
    }

    private async Task CopyAsync(Stream stream, Image image, CancellationToken cancellationToken)
    {
        var writes = new Queue<Task>();
        ulong offset = 0;
        ulong size = 0;
        try
        {
            while (true)
            {
                byte[] buffer = GC.AllocateUninitializedArray<byte>(Chunk.LengthMax);
                int count = await ReadFullyAsync(stream, buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    break;

                if (offset + (ulong)count > size)
                {
                    size += GrowthStep;
                    await image.ResizeAsync(size, false, null, cancellationToken).ConfigureAwait(false);
                }

                if (writes.Count == parallelism)
                    await writes.Dequeue().ConfigureAwait(false);
                writes.Enqueue(WriteAsync(image, offset, buffer.AsMemory(0, count)));
                offset += (ulong)count;
            }
        }
        finally
        {
            await Task.WhenAll(writes).ConfigureAwait(false);
        }

        if (offset != size)
            await image.ResizeAsync(offset, true, null, cancellationToken).ConfigureAwait(false);
        await image.FlushAsync().ConfigureAwait(false);
    }

    private static async Task<int> ReadFullyAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            // A read of a pipe cannot be called off; the memory is ours, so it may end whenever it likes.
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(FileError.Of(e), $"read standard input: {e.Message}", e);
        }
    }

    private async Task WriteAsync(Image image, ulong offset, Memory<byte> data)
    {
        foreach (Range run in DataRuns.Find(data, sparseSize))
        {
            Memory<byte> bytes = data[run];
            int written = await image.WriteAsync(offset + (ulong)run.Start.Value, bytes).ConfigureAwait(false);
            if (written != bytes.Length)
                throw new StorageException(Errno.EIO, $"image {name} took {written} of {bytes.Length} bytes: somebody shrank it meanwhile");
        }
    }
}
