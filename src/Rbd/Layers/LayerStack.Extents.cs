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

    /// <summary>
    /// How far <see cref="ReadRunsAsync"/> sees from <paramref name="offset"/> on: to the end of its region or, if no overlay holds
    /// anything in it, to the first one in which some overlay does.
    /// </summary>
    public async ValueTask<ulong> FindEndOfRunsAsync(ulong offset)
    {
        if (_single is not null)
            return ulong.MaxValue;
        ulong emptyEnd = await FindEndOfEmptyAsync(offset).ConfigureAwait(false);
        return emptyEnd > offset ? emptyEnd : RegionEnd(offset);
    }

    /// <summary>Where the bytes from <paramref name="offset"/> on lie, without gaps.</summary>
    /// <param name="end">At most what <see cref="FindEndOfRunsAsync"/> has found.</param>
    public async ValueTask<List<ContentRun>> ReadRunsAsync(ulong offset, ulong end)
    {
        var runs = new List<ContentRun>();
        if (_single is { } plain)
        {
            AddPlain(runs, plain, offset, end);
            return runs;
        }

        if (end > RegionEnd(offset))
        {
            AddWithoutOverlays(runs, offset, end);
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

    private static ulong RegionEnd(ulong offset) => (LayerMap.RegionOf(offset) + 1) * OverlayHeader.RegionSize;

    /// <summary>The start of the first region from <paramref name="offset"/> on in which an overlay holds anything; the offset if that lies in it.</summary>
    private async ValueTask<ulong> FindEndOfEmptyAsync(ulong offset)
    {
        uint region = LayerMap.RegionOf(offset);
        // Before the volumes are asked: an entry that becomes durable in between is in one of both.
        uint found = _blocks.FindDirty(region);
        foreach (Layer layer in _map.Layers)
        {
            if (found > region && layer.Table is { } table && await table.FindDataAsync(region).ConfigureAwait(false) is var next && next < table.RegionCount)
                found = Math.Min(found, next);
        }

        return found == uint.MaxValue ? ulong.MaxValue : Math.Max(offset, found * OverlayHeader.RegionSize);
    }

    private void AddWithoutOverlays(List<ContentRun> runs, ulong offset, ulong end)
    {
        while (offset < end)
        {
            (Layer? plain, ulong visibleEnd, ulong pieceEnd) = _map.FindPlainPiece(offset, end);
            if (offset < visibleEnd)
                runs.Add(new ContentRun(offset, visibleEnd - offset, LayerContentKind.Plain, plain!.Volume.Path, offset));
            if (visibleEnd < pieceEnd)
                runs.Add(ContentRun.Nothing(visibleEnd, pieceEnd - visibleEnd));
            offset = pieceEnd;
        }
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
            ulong emptyEnd = Math.Min(end, await FindEndOfEmptyAsync(offset).ConfigureAwait(false));
            if (emptyEnd > offset)
            {
                if (await FindPlainDataAsync(offset, emptyEnd).ConfigureAwait(false) is { } data)
                    return data;
                offset = emptyEnd;
                continue;
            }

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

    // Where no overlay holds anything.
    private async ValueTask<VolumeExtent?> FindPlainDataAsync(ulong offset, ulong end)
    {
        while (offset < end)
        {
            (Layer? plain, ulong visibleEnd, ulong pieceEnd) = _map.FindPlainPiece(offset, end);
            ulong blocksEnd = Math.Min(OverlayHeader.RoundUp(visibleEnd, (ulong)_map.BlockSize), pieceEnd);
            if (offset < blocksEnd && await plain!.Volume.NextDataAsync(offset, blocksEnd).ConfigureAwait(false) is { } data)
                return data; // a plain layer's offsets are the image's
            offset = pieceEnd;
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
