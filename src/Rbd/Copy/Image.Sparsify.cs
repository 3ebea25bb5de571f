using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    private const ulong SparseSizeMin = 4096;

    /// <summary>
    /// Gives back the space of runs of zeros in what the image holds itself, beside its snapshots and its parent. Requests go on meanwhile.
    /// </summary>
    /// <param name="sparseSize">Runs begin and end at multiples of it, in bytes. On an image with snapshots or a parent at multiples of 64 KiB too.</param>
    /// <param name="progress">In objects.</param>
    /// <exception cref="StorageException">
    /// EINVAL: no power of two from 4096 to the object size. EROFS: read-only, or at a snapshot. EBUSY: others may write to it at the
    /// same time, because it has no exclusive lock.
    /// </exception>
    /// <exception cref="CallbackAbortedException">What has been given back stays so.</exception>
    public async Task SparsifyAsync(ulong sparseSize, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowUnlessWritable();
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (!BitOperations.IsPow2(sparseSize) || sparseSize < SparseSizeMin || sparseSize > ObjectSize)
            throw Invalid($"the sparse size {sparseSize} is no power of two from {SparseSizeMin} to the object size {ObjectSize}");

        await ThrowIfSharedAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfSealedAsync("giving back the space of zeros").ConfigureAwait(false);
        ulong size = StoredSize;
        foreach (VolumeExtent range in await ListOwnDataAsync(size, cancellationToken).ConfigureAwait(false))
        {
            foreach (VolumeExtent piece in Pieces.Of(range))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (piece.Offset >= StoredSize)
                    continue; // it shrank meanwhile
                await _io.SparsifyAsync(piece.Offset, piece.Length, SparseSizeOf(sparseSize)).ConfigureAwait(false);
                Report(progress, piece.End, size);
            }
        }

        await FlushAsync().ConfigureAwait(false);
        Report(progress, size, size);
    }

    // Whether a run is zero is looked up first; only with one writer can nobody fill it before it is given back.
    private async Task ThrowIfSharedAsync(CancellationToken cancellationToken)
    {
        bool hasLock = (Features & ImageFeatures.ExclusiveLock) != 0;
        if (!hasLock && (await ListWatchersAsync(cancellationToken).ConfigureAwait(false)).Count > 1)
            throw new StorageException(Errno.EBUSY, $"image {Description} has no exclusive lock and is open elsewhere: close it there to sparsify it");
    }

    private int SparseSizeOf(ulong sparseSize)
    {
        ulong unit = Volume.IsPlain ? (ulong)Volume.Limits.BlockSize : OverlayHeader.ClusterSize;
        return (int)Math.Min(Math.Max(sparseSize, unit), Pieces.LengthMax);
    }

    // Only of the head: what it hides of a frozen layer takes space there, whatever the head says.
    private async Task<List<VolumeExtent>> ListOwnDataAsync(ulong size, CancellationToken cancellationToken)
    {
        var ranges = new List<VolumeExtent>();
        var diff = new LayerDiff(null, 0, Volume);
        for (ulong start = DataOffset, end; start < size; start = end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
            VolumePath head = Volume.Path;
            end = Math.Min(size, await diff.FindEndOfStepAsync(start).ConfigureAwait(false));
            List<LayerDiffExtent> found = await diff.ReadStepAsync(start, end, path => path == head).ConfigureAwait(false);
            ranges.AddRange(found.Where(extent => extent.Exists).Select(extent => new VolumeExtent(extent.Offset, extent.Length)));
        }

        return ranges;
    }

    private void Report(ProgressCallback? progress, ulong done, ulong size)
    {
        int answer = progress?.Invoke(done >> Order, ImageGeometry.CountObjects(size, Order)) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
    }
}
