using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) =>
        _single is { } plain ? plain.Volume.NextDataAsync(offset, end) : new ValueTask<VolumeExtent?>(FindDataAsync(offset, end));

    /// <summary>Where each cluster of a region lies.</summary>
    public async ValueTask<ClusterContent[]> ReadContentAsync(uint index)
    {
        Region region = await PinCurrentAsync(index).ConfigureAwait(false);
        try
        {
            var content = new ClusterContent[OverlayHeader.EntriesPerBlock];
            for (int cluster = 0; cluster < content.Length; cluster++)
                content[cluster] = ContentOf(region, cluster);
            return content;
        }
        finally
        {
            region.Unpin();
        }
    }

    private ClusterContent ContentOf(Region region, int cluster)
    {
        LayerExtent extent = _map.Find(region, LayerMap.OffsetOf(region, cluster), OverlayHeader.ClusterSize);
        if (extent.Layer is { } layer)
        {
            LayerContentKind kind = layer.Table is null ? LayerContentKind.Plain : LayerContentKind.Cluster;
            return new ClusterContent(layer.Volume.Path, kind, extent.Offset, extent.Length - extent.Cut);
        }

        return region[cluster] is { Slot: not 0 and var slot, Entry.IsZero: true }
            ? new ClusterContent(_map.LayerOf(slot).Volume.Path, LayerContentKind.Zeros, 0, 0)
            : default;
    }

    private async Task<VolumeExtent?> FindDataAsync(ulong offset, ulong end)
    {
        while (offset < end)
        {
            Region region = await PinCurrentAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
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
