using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) =>
        _single is { } plain ? plain.Volume.NextDataAsync(offset, end) : new ValueTask<VolumeExtent?>(FindDataAsync(offset, end));

    private async Task<VolumeExtent?> FindDataAsync(ulong offset, ulong end)
    {
        while (offset < end)
        {
            Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
            try
            {
                ulong regionEnd = Math.Min(end, EndOf(region));
                if (await FindDataAsync(region, offset, regionEnd).ConfigureAwait(false) is { } found)
                    return found;
                offset = regionEnd;
            }
            finally
            {
                region.Unpin();
            }
        }

        return null;
    }

    private async ValueTask<VolumeExtent?> FindDataAsync(Region region, ulong offset, ulong end)
    {
        while (offset < end)
        {
            LayerExtent piece = _map.Find(region, offset, (int)(end - offset));
            ulong pieceEnd = offset + (uint)piece.Length;
            if (piece.Layer is { Table: not null })
                return new VolumeExtent(offset, (uint)piece.Length);
            if (piece.Layer is { } plain
                && await plain.Volume.NextDataAsync(piece.Offset, piece.Offset + (uint)piece.Length).ConfigureAwait(false) is { } data)
            {
                return data; // a plain layer's offsets are the image's
            }

            offset = pieceEnd;
        }

        return null;
    }
}
