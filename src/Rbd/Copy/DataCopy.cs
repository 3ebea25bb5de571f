using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies what of an image is not a hole, many pieces at once.</summary>
internal sealed class DataCopy(Image source, Image destination, ulong sparseSize, ProgressCallback? progress)
{
    private const ulong SparseSizeDefault = 4096;
    private const ulong PieceMax = 4 << 20; // with rbd_concurrent_management_ops = 10: 40 MiB of memory

    private readonly ulong _size = source.Size;
    private readonly ulong _sparse = Math.Clamp(sparseSize == 0 ? SparseSizeDefault : sparseSize, 1, PieceMax);
    private readonly Queue<Task<ulong>> _inFlight = [];
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
        ulong piecesMax = Math.Max(1, source.IoContext.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"));
        List<VolumeExtent> ranges = await RangesAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (VolumeExtent piece in Pieces(ranges))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if ((ulong)_inFlight.Count >= piecesMax)
                    await FinishOldestAsync().ConfigureAwait(false);
                _inFlight.Enqueue(CopyAsync(piece));
            }

            while (_inFlight.Count > 0)
                await FinishOldestAsync().ConfigureAwait(false);
        }
        finally
        {
            // After a failure: nothing of the copy goes on behind the caller's back.
            await ((Task)Task.WhenAll(_inFlight)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FinishOldestAsync()
    {
        _done += await _inFlight.Dequeue().ConfigureAwait(false);
        if (_done < _size)
            progress?.Invoke(_done, _size);
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

    private static IEnumerable<VolumeExtent> Pieces(List<VolumeExtent> ranges)
    {
        foreach (VolumeExtent range in ranges)
        {
            for (ulong offset = range.Offset; offset < range.End;)
            {
                // Pieces end where multiples of their size lie, so that they are whole blocks but for the first.
                ulong end = Math.Min(range.End, (offset / PieceMax + 1) * PieceMax);
                yield return new VolumeExtent(offset, end - offset);
                offset = end;
            }
        }
    }

    private async Task<ulong> CopyAsync(VolumeExtent piece)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)piece.Length);
        try
        {
            Memory<byte> data = buffer.AsMemory(0, (int)piece.Length);
            await ReadAsync(piece, data).ConfigureAwait(false);
            // Looking for zeros is no work for the store's thread that brought the data.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await WriteAsync(piece, data).ConfigureAwait(false);
            return piece.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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
