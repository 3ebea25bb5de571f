using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A file as the lowest layer of the image that it is imported to. Nobody writes to it.</summary>
/// <param name="size">Of the image in it, in bytes.</param>
internal sealed class ImportedVolume(VolumePath path, VolumeLimits limits, ulong size, IImportedContent content) : IVolume
{
    public VolumePath Path => path;

    public ulong Size { get; } = limits.RoundUp(size);

    public async ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        foreach (Memory<byte> piece in Pieces(buffer))
        {
            int inside = (int)Math.Min((ulong)piece.Length, offset < size ? size - offset : 0);
            if (inside > 0)
                await content.ReadAsync(offset, piece[..inside]).ConfigureAwait(false);
            piece.Span[inside..].Clear();
            offset += (ulong)piece.Length;
        }
    }

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        if (offset >= Math.Min(end, size)
            || await content.NextDataAsync(offset, Math.Min(end, size)).ConfigureAwait(false) is not { } data)
            return null;
        // Of whole blocks.
        ulong block = (ulong)limits.BlockSize;
        ulong from = Math.Max(offset, data.Offset / block * block);
        ulong to = Math.Min(end, (data.End + block - 1) / block * block);
        return new VolumeExtent(from, to - from);
    }

    public ValueTask WriteAsync(ulong offset, IoVector data) => throw ReadOnly();

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) => throw ReadOnly();

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public ValueTask ResizeAsync(ulong newSize, CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        content.Dispose();
        return ValueTask.CompletedTask;
    }

    // Its enumerator can't live across an await.
    private static List<Memory<byte>> Pieces(IoVector buffer)
    {
        var pieces = new List<Memory<byte>>();
        foreach (Memory<byte> piece in buffer)
            pieces.Add(piece);
        return pieces;
    }

    private StorageException ReadOnly() => new(Errno.EROFS, $"{path} is imported: nothing is written to it");
}
