using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies what of an image is not a hole, many pieces at once.</summary>
internal sealed class DataCopy(Image source, Image destination, ulong sparseSize, ProgressCallback? progress)
{
    private const ulong SparseSizeDefault = 4096;

    private readonly ulong _size = source.Size;
    private readonly ulong _sparse = Math.Clamp(sparseSize == 0 ? SparseSizeDefault : sparseSize, 1, Pieces.LengthMax);
    private bool _destinationIsEmpty;
    private ulong _done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_size > 0)
            await CopyPiecesAsync(cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync().ConfigureAwait(false);
        progress?.Invoke(_size, _size);
    }

    private async Task CopyPiecesAsync(CancellationToken cancellationToken)
    {
        List<VolumeExtent> ranges = await RangesAsync(cancellationToken).ConfigureAwait(false);
        var copies = new TaskWindow<ulong>(source.IoContext.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"), Report);
        await using (copies.ConfigureAwait(false))
        {
            foreach (VolumeExtent piece in ranges.SelectMany(Pieces.Of))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await copies.AddAsync(() => CopyAsync(piece)).ConfigureAwait(false);
            }

            await copies.FinishAsync().ConfigureAwait(false);
        }
    }

    private ValueTask Report(ulong length)
    {
        _done += length;
        if (_done < _size)
            progress?.Invoke(_done, _size);
        return ValueTask.CompletedTask;
    }

    // What the destination held before must not show through the source's holes.
    private async Task<List<VolumeExtent>> RangesAsync(CancellationToken cancellationToken)
    {
        List<VolumeExtent> ranges = await AllocatedAsync(source, cancellationToken).ConfigureAwait(false);
        List<VolumeExtent> stale = await AllocatedAsync(destination, cancellationToken).ConfigureAwait(false);
        _destinationIsEmpty = stale.Count == 0;
        return _destinationIsEmpty ? ranges : [new VolumeExtent(0, _size)];
    }

    private async Task<List<VolumeExtent>> AllocatedAsync(Image image, CancellationToken cancellationToken)
    {
        var ranges = new List<VolumeExtent>();
        await image.DiffAsync(null, 0, _size, includeParent: true, wholeObject: false, Add, cancellationToken).ConfigureAwait(false);
        return ranges;

        int Add(ulong offset, ulong length, bool exists)
        {
            if (exists)
                ranges.Add(new VolumeExtent(offset, length));
            return 0;
        }
    }

    private async Task<ulong> CopyAsync(VolumeExtent piece)
    {
        ImagePiece held = ImagePiece.Rent(piece);
        try
        {
            await ReadAsync(piece, held.Data).ConfigureAwait(false);
            // Looking for zeros is no work for the store's thread that brought the data.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await WriteAsync(piece, held.Data).ConfigureAwait(false);
            return piece.Length;
        }
        finally
        {
            held.Return();
        }
    }

    // A source that shrinks meanwhile reads short, or not at all: zeros.
    private async Task ReadAsync(VolumeExtent piece, Memory<byte> data)
    {
        int read = piece.Offset < source.Size ? await source.ReadAsync(piece.Offset, data).ConfigureAwait(false) : 0;
        data.Span[read..].Clear();
    }

    private async Task WriteAsync(VolumeExtent piece, Memory<byte> data)
    {
        foreach ((int start, int length, bool isZero) in SparseRuns.Of(data, piece.Offset, (int)_sparse))
        {
            ulong offset = piece.Offset + (ulong)start;
            if (isZero && _destinationIsEmpty)
                continue;
            if (isZero)
                await destination.DiscardAsync(offset, (ulong)length).ConfigureAwait(false);
            else
                await destination.WriteAsync(offset, data.Slice(start, length)).ConfigureAwait(false);
        }
    }
}
