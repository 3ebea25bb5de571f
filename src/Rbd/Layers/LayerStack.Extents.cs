using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) =>
        _single is { } plain ? plain.Volume.NextDataAsync(offset, end) : new ValueTask<VolumeExtent?>(FindDataAsync(offset, end));

    /// <summary>As <see cref="NextDataAsync"/>, of any offsets: the stores are asked in whole blocks.</summary>
    public async ValueTask<VolumeExtent?> NextWholeDataAsync(ulong offset, ulong end)
    {
        ulong block = (ulong)_map.BlockSize;
        ulong blockEnd = OverlayHeader.RoundUp(end, block);
        if (_single is { } plain)
            blockEnd = Math.Min(blockEnd, plain.Volume.Size);
        if (offset >= end || offset >= blockEnd || await NextDataAsync(offset - offset % block, blockEnd).ConfigureAwait(false) is not { } data)
            return null;
        ulong start = Math.Max(data.Offset, offset);
        return start < end ? new VolumeExtent(start, Math.Min(data.End, end) - start) : null;
    }

    /// <summary>How far <see cref="ReadRunsAsync"/> sees from <paramref name="offset"/> on.</summary>
    public ulong EndOfRuns(ulong offset) =>
        _single is null ? (LayerMap.RegionOf(offset) + 1) * OverlayHeader.RegionSize : ulong.MaxValue;

    /// <summary>Where the bytes from <paramref name="offset"/> on lie, without gaps.</summary>
    /// <param name="end">At most <see cref="EndOfRuns"/>.</param>
    public async ValueTask<List<ContentRun>> ReadRunsAsync(ulong offset, ulong end)
    {
        var runs = new List<ContentRun>();
        if (_single is { } plain)
        {
            AddPlain(runs, plain, offset, end);
            return runs;
        }

        Region region = await PinCurrentAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
        try
        {
            while (offset < end)
                offset = AddNext(runs, region, offset, end);
        }
        finally
        {
            region.Unpin();
        }

        return runs;
    }

    private static void AddPlain(List<ContentRun> runs, Layer plain, ulong offset, ulong end)
    {
        ulong volumeEnd = Math.Clamp(plain.Volume.Size, offset, end);
        if (offset < volumeEnd)
            runs.Add(new ContentRun(offset, volumeEnd - offset, LayerContentKind.Plain, plain.Volume.Path, offset));
        if (volumeEnd < end)
            runs.Add(ContentRun.Nothing(volumeEnd, end - volumeEnd));
    }

    private ulong AddNext(List<ContentRun> runs, Region region, ulong offset, ulong end)
    {
        LayerExtent piece = _map.Find(region, offset, (int)(end - offset));
        ulong pieceEnd = offset + (uint)piece.Length;
        if (piece.Layer is not { } layer)
        {
            AddHole(runs, region, offset, pieceEnd);
            return pieceEnd;
        }

        LayerContentKind kind = layer.Table is null ? LayerContentKind.Plain : LayerContentKind.Cluster;
        ulong visible = (uint)(piece.Length - piece.Cut);
        runs.Add(new ContentRun(offset, visible, kind, layer.Volume.Path, piece.Offset));
        if (piece.Cut > 0)
            runs.Add(ContentRun.Nothing(offset + visible, (uint)piece.Cut));
        return pieceEnd;
    }

    // Cluster by cluster: what hides something and what was never written are two things.
    private void AddHole(List<ContentRun> runs, Region region, ulong offset, ulong end)
    {
        for (ulong next; offset < end; offset = next)
        {
            next = region.IsEmpty ? end : Math.Min(end, (offset | (OverlayHeader.ClusterSize - 1)) + 1);
            runs.Add(region[LayerMap.ClusterIn(offset)] is { Slot: not 0 and var slot, Entry.IsZero: true }
                ? new ContentRun(offset, next - offset, LayerContentKind.Zeros, _map.LayerOf(slot).Volume.Path, 0)
                : ContentRun.Nothing(offset, next - offset));
        }
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
