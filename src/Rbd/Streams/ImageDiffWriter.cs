using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Writes the differences of an image as one diff. Reads many pieces at once, and writes them in order.</summary>
internal sealed class ImageDiffWriter(Image image, ImageDiff diff, DiffWriter output, ProgressCallback? progress)
{
    // Runs of zeros shorter than a cluster are sent: the record that would say so costs the receiver more than their bytes.
    private const int SparseSize = OverlayHeader.ClusterSize;

    private readonly ulong _size = image.Size;

    /// <param name="to">The snapshot that the handle is at; null: it stands for the head.</param>
    public async Task WriteAsync(ByteName? from, Snapshot? to, bool wholeObject, CancellationToken cancellationToken)
    {
        await output.WriteHeaderAsync(new DiffHeader(from, to?.Name, to?.IsProtected, _size)).ConfigureAwait(false);
        var reads = new TaskWindow<ImagePiece>(image.IoContext.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"), WriteAsync);
        await using (reads.ConfigureAwait(false))
        {
            await foreach (LayerDiffExtent extent in diff.ReadAsync(0, _size, wholeObject, cancellationToken).ConfigureAwait(false))
            {
                if (!extent.Exists)
                    await WriteHoleAsync(reads, extent).ConfigureAwait(false);
                else
                    await StartAsync(reads, new VolumeExtent(extent.Offset, extent.Length), cancellationToken).ConfigureAwait(false);
            }

            await reads.FinishAsync().ConfigureAwait(false);
        }

        await output.WriteEndAsync().ConfigureAwait(false);
    }

    private async ValueTask StartAsync(TaskWindow<ImagePiece> reads, VolumeExtent extent, CancellationToken cancellationToken)
    {
        foreach (VolumeExtent piece in Pieces.Of(extent))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await reads.AddAsync(() => ImagePiece.ReadAsync(image, piece)).ConfigureAwait(false);
        }
    }

    // After everything that lies before it.
    private async ValueTask WriteHoleAsync(TaskWindow<ImagePiece> reads, LayerDiffExtent hole)
    {
        await reads.FinishAsync().ConfigureAwait(false);
        await output.WriteZeroAsync(hole.Offset, hole.Length).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(ImagePiece piece)
    {
        foreach ((int start, int length, bool isZero) in SparseRuns.Of(piece.Data, piece.Offset, SparseSize))
        {
            ulong offset = piece.Offset + (ulong)start;
            if (isZero)
                await output.WriteZeroAsync(offset, (ulong)length).ConfigureAwait(false);
            else
                await output.WriteDataAsync(offset, piece.Data.Slice(start, length)).ConfigureAwait(false);
        }

        progress?.Invoke(piece.Offset + (ulong)piece.Length, _size);
        piece.Return();
    }
}
