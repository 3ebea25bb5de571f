using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>
    /// Reports the ranges of [offset, offset + length) that changed from a snapshot to what this handle sees: ascending, disjoint, cut
    /// to the range. More may be reported than changed, never less; what is reported as a hole reads as zeros.
    /// </summary>
    /// <param name="from">A snapshot; null: since the image was empty.</param>
    /// <param name="includeParent">Report, without a snapshot to start at, what shows through from the parent too.</param>
    /// <param name="wholeObject">Round to objects, before cutting to the range.</param>
    /// <exception cref="StorageException">ENOENT: no such snapshot. EINVAL: it is newer, or the range starts past the end.</exception>
    /// <exception cref="CallbackAbortedException"/>
    public async Task DiffAsync(
        ByteName? from,
        ulong offset,
        ulong length,
        bool includeParent,
        bool wholeObject,
        DiffCallback callback,
        CancellationToken cancellationToken)
    {
        Snapshot? start = from is { } name ? await Snapshots.GetAsync(name, cancellationToken).ConfigureAwait(false) : null;
        await DiffAsync(start, offset, length, includeParent, wholeObject, callback, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="fromId">A snapshot's, of whatever namespace; 0: since the image was empty.</param>
    /// <inheritdoc cref="DiffAsync(ByteName?, ulong, ulong, bool, bool, DiffCallback, CancellationToken)"/>
    public async Task DiffAsync(
        ulong fromId,
        ulong offset,
        ulong length,
        bool includeParent,
        bool wholeObject,
        DiffCallback callback,
        CancellationToken cancellationToken)
    {
        Snapshot? start = fromId != 0 ? await Snapshots.GetAsync(fromId, cancellationToken).ConfigureAwait(false) : null;
        await DiffAsync(start, offset, length, includeParent, wholeObject, callback, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Another handle of this image, read-only, at one of its snapshots.</summary>
    internal async Task<Image> OpenSnapshotAsync(ulong snapshotId, CancellationToken cancellationToken)
    {
        Image image = await OpenByIdAsync(IoContext, Id, null, readOnly: true, cancellationToken).ConfigureAwait(false);
        try
        {
            await image.SetSnapshotAsync(snapshotId, cancellationToken).ConfigureAwait(false);
            return image;
        }
        catch
        {
            await image.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task DiffAsync(
        Snapshot? from,
        ulong offset,
        ulong length,
        bool includeParent,
        bool wholeObject,
        DiffCallback callback,
        CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (!TryClip(offset, length, out ulong clipped, out StorageException? refusal))
            throw refusal;

        ulong shift = DataOffset;
        offset += shift;
        ImageDiff diff = await ImageDiff.OpenAsync(this, from, includeParent, cancellationToken).ConfigureAwait(false);
        await using (diff.ConfigureAwait(false))
        {
            await foreach (LayerDiffExtent extent in diff.ReadAsync(offset, offset + clipped, wholeObject, cancellationToken).ConfigureAwait(false))
            {
                int answer = callback(extent.Offset - shift, extent.Length, extent.Exists);
                if (answer < 0)
                    throw new CallbackAbortedException(answer);
            }
        }
    }
}
