using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>Reports the ranges of [offset, offset + length) that changed since <paramref name="from"/>.</summary>
    /// <param name="from">A snapshot; null: since the image was empty.</param>
    /// <param name="includeParent">Report what shows through from the parent too.</param>
    /// <param name="wholeObject">Round to objects, before cutting to the range.</param>
    /// <exception cref="StorageException">ENOENT: no such snapshot. EINVAL: starts past the end.</exception>
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
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (from is not null)
            throw new StorageException(Errno.ENOENT, $"image {Description} has no snapshot '{from}'");
        if (!TryClip(offset, length, out ulong clipped, out StorageException? refusal))
            throw refusal;

        ulong granularity = wholeObject ? ObjectSize * StripeCount : 1;
        var walk = new AllocatedRanges(Volume, Pool.Volumes.Limits.BlockSize, granularity);
        await walk.ReportAsync(new VolumeExtent(offset, clipped), callback, cancellationToken).ConfigureAwait(false);
    }
}
