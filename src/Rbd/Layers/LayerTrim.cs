using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Erases what a layer holds beyond its overlap. Nobody sees that part, so nobody needs to wait.</summary>
internal sealed class LayerTrim(LayerMap map, TableBlocks blocks, Layer layer)
{
    public async Task RunAsync()
    {
        ulong end = layer.Header?.Capacity ?? layer.Volume.Size;
        if (layer.Overlap >= end)
            return;
        if (layer.Table is { } table)
            await TrimTableAsync(table).ConfigureAwait(false);
        else
            await TrimVolumeAsync(layer.Overlap, end).ConfigureAwait(false);
    }

    private async Task TrimTableAsync(OverlayTable table)
    {
        uint region = LayerMap.RegionOf(layer.Overlap);
        for (; (region = await table.FindDataAsync(region).ConfigureAwait(false)) < table.RegionCount; region++)
        {
            Region pinned = await map.Regions.PinAsync(region).ConfigureAwait(false);
            try
            {
                await TrimAsync(pinned).ConfigureAwait(false);
            }
            finally
            {
                pinned.Unpin();
            }
        }
    }

    private async ValueTask TrimAsync(Region region)
    {
        TableBlock block = await blocks.GetAsync(region, layer).ConfigureAwait(false);
        for (int cluster = 0; cluster < OverlayHeader.EntriesPerBlock; cluster++)
            await TrimAsync(block, cluster, LayerMap.OffsetOf(region, cluster)).ConfigureAwait(false);
    }

    private async ValueTask TrimAsync(TableBlock block, int cluster, ulong offset)
    {
        OverlayEntry entry = block[cluster];
        if (offset >= layer.Overlap)
            block.Set(cluster, OverlayEntry.Absent);
        else if (entry.HasPlace && offset + OverlayHeader.ClusterSize > layer.Overlap)
            await TrimClusterAsync(layer.OffsetOf(entry), layer.Overlap - offset).ConfigureAwait(false);
    }

    private ValueTask TrimClusterAsync(ulong place, ulong kept) => TrimVolumeAsync(place + kept, place + OverlayHeader.ClusterSize);

    private async ValueTask TrimVolumeAsync(ulong from, ulong end)
    {
        ulong blockSize = (ulong)layer.Source.Limits.BlockSize;
        ulong whole = OverlayHeader.RoundUp(from, blockSize);
        if (from < whole)
            await ClearTailAsync(whole - blockSize, (int)(from % blockSize), (int)blockSize).ConfigureAwait(false);
        // Only what holds data: a store may have to write the zeros, and most of a thin volume is a hole.
        while (whole < end && await layer.Volume.NextDataAsync(whole, end).ConfigureAwait(false) is { } data)
        {
            await layer.Volume.ZeroAsync(data.Offset, data.Length, ZeroMode.Unmap).ConfigureAwait(false);
            whole = data.End;
        }
    }

    private async ValueTask ClearTailAsync(ulong offset, int kept, int blockSize)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(blockSize);
        await layer.Volume.ReadAsync(offset, block.AsMemory(0, blockSize)).ConfigureAwait(false);
        block.AsSpan(kept, blockSize - kept).Clear();
        await layer.Volume.WriteAsync(offset, block.AsMemory(0, blockSize)).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(block);
    }
}
