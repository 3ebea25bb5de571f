using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Brings a copy from one state of the source to the next, until it is as the source is.</summary>
/// <param name="isFlat">The copy has no parent: what shows through from the source's is copied.</param>
/// <param name="snapshots">Those that the copy gets, in order.</param>
internal sealed class StateCopy(
    Image source, Image copy, bool isFlat, IReadOnlyList<Snapshot> snapshots, ProgressCallback? progress)
{
    private const int SparseSize = 4096;

    private readonly ulong _objectCount =
        source.ObjectCount + snapshots.Aggregate(0ul, (sum, snapshot) => sum + CountObjects(source, snapshot.Size));

    private ulong _objectsBefore; // of the states that are done

    /// <summary>Copies what changed, and takes the snapshot that the state is of.</summary>
    /// <param name="state">The source itself, or a handle at one of its snapshots.</param>
    /// <param name="before">The snapshot that the copy is equal to; null: it is new.</param>
    public async Task CopyAsync(Image state, Snapshot? before, CancellationToken cancellationToken)
    {
        await ResizeAsync(state, isNew: before is null, cancellationToken).ConfigureAwait(false);
        ImageDiff diff = await ImageDiff.OpenAsync(state, before, includeParent: isFlat, cancellationToken).ConfigureAwait(false);
        await using (diff.ConfigureAwait(false))
            await CopyRangesAsync(state, diff, cancellationToken).ConfigureAwait(false);
        _objectsBefore += CountObjects(source, state.Size);
        progress?.Invoke(_objectsBefore, _objectCount);
        if (state != source)
            await TakeSnapshotAsync(state.CurrentSnapshot!, cancellationToken).ConfigureAwait(false);
    }

    private static ulong CountObjects(Image image, ulong size) =>
        ImageGeometry.CountObjects(size, image.Order, image.StripeUnit, image.StripeCount);

    // A clone shows all of its parent's snapshot at first. The source may have been smaller once: then it shows less, and zeros beyond.
    private async Task ResizeAsync(Image state, bool isNew, CancellationToken cancellationToken)
    {
        if (isNew && !isFlat && state.Overlap < copy.Overlap)
            await copy.ResizeAsync(state.Overlap, allowShrink: true, null, cancellationToken).ConfigureAwait(false);
        if (copy.Size != state.Size)
            await copy.ResizeAsync(state.Size, allowShrink: true, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyRangesAsync(Image state, ImageDiff diff, CancellationToken cancellationToken)
    {
        var copies = new TaskWindow<ulong>(source.IoContext.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"), Report);
        await using (copies.ConfigureAwait(false))
        {
            await foreach (LayerDiffExtent extent in diff.ReadAsync(0, state.Size, wholeObject: false, cancellationToken).ConfigureAwait(false))
            {
                if (!extent.Exists)
                    await copies.AddAsync(() => ZeroAsync(extent.Offset, extent.Length)).ConfigureAwait(false);
                else
                    await CopyAsync(copies, state, new VolumeExtent(extent.Offset, extent.Length), cancellationToken).ConfigureAwait(false);
            }

            await copies.FinishAsync().ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(TaskWindow<ulong> copies, Image state, VolumeExtent extent, CancellationToken cancellationToken)
    {
        foreach (VolumeExtent piece in Pieces.Of(extent))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await copies.AddAsync(() => CopyPieceAsync(state, piece)).ConfigureAwait(false);
        }
    }

    private async Task<ulong> CopyPieceAsync(Image state, VolumeExtent extent)
    {
        ImagePiece piece = await ImagePiece.ReadAsync(state, extent).ConfigureAwait(false);
        try
        {
            foreach ((int start, int length, bool isZero) in SparseRuns.Of(piece.Data, piece.Offset, SparseSize))
            {
                if (isZero)
                    await ZeroAsync(piece.Offset + (ulong)start, (ulong)length).ConfigureAwait(false);
                else
                    await copy.WriteAsync(piece.Offset + (ulong)start, piece.Data.Slice(start, length)).ConfigureAwait(false);
            }

            return extent.End;
        }
        finally
        {
            piece.Return();
        }
    }

    private async Task<ulong> ZeroAsync(ulong offset, ulong length)
    {
        await copy.WriteZeroesAsync(offset, length, ZeroMode.Unmap).ConfigureAwait(false);
        return offset + length;
    }

    private ValueTask Report(ulong end)
    {
        progress?.Invoke(_objectsBefore + (end >> source.Order), _objectCount);
        return ValueTask.CompletedTask;
    }

    private async Task TakeSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        await copy.FlushAsync().ConfigureAwait(false);
        await copy.Snapshots.CreateAsync(snapshot.Name, SnapshotCreateFlags.None, null, cancellationToken).ConfigureAwait(false);
        if (snapshot.IsProtected)
            await copy.Snapshots.ProtectAsync(snapshot.Name, cancellationToken).ConfigureAwait(false);
    }
}
