using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Applies one diff to an image. Reads in order, and writes many pieces at once.</summary>
internal sealed class ImageDiffReader(Image image, DiffReader input, ulong sparseSize, ProgressCallback? progress)
{
    private const ulong SparseSizeDefault = 4096;

    private readonly int _sparse = (int)Math.Clamp(sparseSize == 0 ? SparseSizeDefault : sparseSize, 1, Pieces.LengthMax);

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        DiffHeader header = await input.ReadHeaderAsync().ConfigureAwait(false);
        await ThrowUnlessFitsAsync(header, cancellationToken).ConfigureAwait(false);
        if (header.Size is { } size && size != image.Size)
            await image.ResizeAsync(size, allowShrink: true, null, cancellationToken).ConfigureAwait(false);

        var writes = new TaskWindow<ImagePiece>(image.IoContext.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"), Finish);
        await using (writes.ConfigureAwait(false))
        {
            await ApplyRangesAsync(writes, header.Size ?? image.Size).ConfigureAwait(false);
            await writes.FinishAsync().ConfigureAwait(false);
        }

        await image.FlushAsync().ConfigureAwait(false);
        if (header.To is { IsEmpty: false } to)
            await TakeSnapshotAsync(to, header.IsProtected ?? false, cancellationToken).ConfigureAwait(false);
    }

    private async Task ThrowUnlessFitsAsync(DiffHeader header, CancellationToken cancellationToken)
    {
        await image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Snapshot> snapshots = await image.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        if (header.From is { } from && !Holds(snapshots, from))
            throw Unfit(Errno.EINVAL, $"start snapshot '{from}' does not exist in the image, aborting", snapshots);
        if (header.To is { } to && Holds(snapshots, to))
            throw Unfit(Errno.EEXIST, $"end snapshot '{to}' already exists, aborting", snapshots);
        if (header.To is not null && (ulong)snapshots.Count >= await image.Snapshots.GetLimitAsync(cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EDQUOT, $"image {image.Description} has as many snapshots as it may have: remove one, or raise the limit");
        if (header.Size is { } size)
            _ = image.Pool.Volumes.Limits.RoundUp(size); // EFBIG before anything is done
    }

    private static bool Holds(IReadOnlyList<Snapshot> snapshots, ByteName name) =>
        snapshots.Any(snapshot => snapshot.NamespaceType == SnapshotNamespaceType.User && snapshot.Name == name);

    private ImageStreamException Unfit(Errno errno, string summary, IReadOnlyList<Snapshot> snapshots)
    {
        string names = string.Join(", ", snapshots.Where(one => one.NamespaceType == SnapshotNamespaceType.User).Select(one => $"'{one.Name}'"));
        return new ImageStreamException(
            errno, summary, $"image {image.Description} has the snapshots {(names.Length == 0 ? "(none)" : names)}", isMalformed: false);
    }

    private async Task ApplyRangesAsync(TaskWindow<ImagePiece> writes, ulong size)
    {
        while (await input.ReadRecordAsync().ConfigureAwait(false) is { IsEnd: false } record)
        {
            input.ThrowUnlessInside(record, size);
            if (record.HasData)
                await ApplyDataAsync(writes, record).ConfigureAwait(false);
            else
                await writes.AddAsync(() => ZeroAsync(record)).ConfigureAwait(false);
        }
    }

    private async Task ApplyDataAsync(TaskWindow<ImagePiece> writes, DiffRecord record)
    {
        foreach (VolumeExtent extent in Pieces.Of(new VolumeExtent(record.Offset, record.Length)))
        {
            ImagePiece piece = ImagePiece.Rent(extent);
            await input.ReadDataAsync(piece.Data).ConfigureAwait(false);
            await writes.AddAsync(() => WriteAsync(piece)).ConfigureAwait(false);
        }
    }

    // In the order of the stream: requests of one image keep theirs where they overlap.
    private async Task<ImagePiece> WriteAsync(ImagePiece piece)
    {
        var writes = new List<Task>();
        foreach ((int start, int length, bool isZero) in SparseRuns.Of(piece.Data, piece.Offset, _sparse))
        {
            ulong offset = piece.Offset + (ulong)start;
            writes.Add(isZero ? ZeroAsync(offset, (ulong)length) : WriteAsync(offset, piece.Data.Slice(start, length)));
        }

        await Task.WhenAll(writes).ConfigureAwait(false);
        return piece;
    }

    private async Task<ImagePiece> ZeroAsync(DiffRecord record)
    {
        await ZeroAsync(record.Offset, record.Length).ConfigureAwait(false);
        return new ImagePiece(record.End, 0, []);
    }

    private async Task WriteAsync(ulong offset, Memory<byte> data)
    {
        int written = await image.WriteAsync(offset, data).ConfigureAwait(false);
        if (written != data.Length)
            throw Shrunk(offset + (ulong)written);
    }

    private async Task ZeroAsync(ulong offset, ulong length)
    {
        ulong zeroed = await image.WriteZeroesAsync(offset, length, ZeroMode.Unmap).ConfigureAwait(false);
        if (zeroed != length)
            throw Shrunk(offset + zeroed);
    }

    private ValueTask Finish(ImagePiece piece)
    {
        progress?.Invoke(piece.Offset + (ulong)piece.Length, image.Size);
        if (piece.Length > 0)
            piece.Return();
        return ValueTask.CompletedTask;
    }

    private async Task TakeSnapshotAsync(ByteName name, bool isProtected, CancellationToken cancellationToken)
    {
        await image.Snapshots.CreateAsync(name, SnapshotCreateFlags.None, null, cancellationToken).ConfigureAwait(false);
        if (isProtected)
            await image.Snapshots.ProtectAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private StorageException Shrunk(ulong end) =>
        new(Errno.EIO, $"image {image.Description} ended at {end} while it was written: somebody shrank it meanwhile");
}
