using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What the volume of a layer holds that nobody writes to, or that is read before anybody was asked to stop.</summary>
/// <param name="IsEmpty">Nothing was written to it: it reads as what it lies on.</param>
/// <param name="Capacity">Of an overlay, in bytes; 0: plain.</param>
internal sealed record LayerState(bool IsEmpty, ulong Capacity)
{
    public static async Task<LayerState> ReadAsync(ImagePool pool, LayerRecord layer, CancellationToken cancellationToken)
    {
        if (layer.Kind == LayerKind.Plain)
            return new LayerState(IsEmpty: false, Capacity: 0);
        IVolume volume = await pool.Volumes.OpenAsync(layer.Path, readOnly: true, cancellationToken).ConfigureAwait(false);
        await using (volume.ConfigureAwait(false))
        {
            OverlayHeader header = await OverlayVolume.ReadHeaderAsync(volume).ConfigureAwait(false);
            bool isEmpty = await IsEmptyAsync(new OverlayTable(volume, header)).ConfigureAwait(false);
            return new LayerState(isEmpty, header.Capacity);
        }
    }

    /// <returns>null: its volume is gone, because it was merged away since the record was read.</returns>
    public static async Task<LayerState?> FindAsync(ImagePool pool, LayerRecord layer, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(pool, layer, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>
    /// The capacity for an overlay on it: the same if that suffices, because a layer is merged only into one that is as large.
    /// </summary>
    /// <param name="imageSize">In bytes.</param>
    /// <exception cref="StorageException">EFBIG: no overlay can hold such an image.</exception>
    public ulong CapacityFor(ulong imageSize) =>
        Capacity >= imageSize && Capacity > 0 ? Capacity : OverlayHeader.For(imageSize, Guid.Empty).Capacity;

    private static async Task<bool> IsEmptyAsync(OverlayTable table)
    {
        var entries = new uint[OverlayHeader.EntriesPerBlock];
        uint region = await table.FindDataAsync(0).ConfigureAwait(false);
        while (region < table.RegionCount)
        {
            if (await table.ReadAsync(region, entries).ConfigureAwait(false))
                return false;
            region = await table.FindDataAsync(region + 1).ConfigureAwait(false);
        }

        return true;
    }
}
