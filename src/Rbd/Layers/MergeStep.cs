using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Neighbouring clusters of one region on their way from a layer to the one below. They are held exclusively.</summary>
internal sealed class MergeStep(TableBlocks blocks, Region region, TableBlock upper, Layer lower)
{
    private TableBlock? _lowerBlock; // null: the lower layer is plain

    /// <summary>Brings the lower layer to what the upper one says, data and entries; all of it is durable after a flush.</summary>
    public async Task CopyDownAsync(int first, int end)
    {
        if (lower.Table is not null)
            _lowerBlock = await blocks.GetAsync(region, lower).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(OverlayHeader.ClusterSize);
        try
        {
            for (int cluster = first; cluster < end; cluster++)
                await CopyDownAsync(cluster, upper[cluster], buffer.AsMemory(0, OverlayHeader.ClusterSize)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Clears the upper entries in memory; lookups go to the lower layer from now on.</summary>
    /// <returns>What they were.</returns>
    public OverlayEntry[] Clear(int first, int end)
    {
        var cleared = new OverlayEntry[end - first];
        for (int cluster = first; cluster < end; cluster++)
        {
            cleared[cluster - first] = upper[cluster];
            if (upper[cluster].IsAbsent)
                continue;
            upper.Set(cluster, OverlayEntry.Absent);
            if (region[cluster].Slot == upper.Layer.Slot)
                region[cluster] = BelowUpper(cluster);
        }

        return cleared;
    }

    /// <summary>Undoes <see cref="Clear"/>, because it may not have become durable: the volume may still have the old entries.</summary>
    public void Restore(int first, OverlayEntry[] cleared)
    {
        for (int i = 0; i < cleared.Length; i++)
        {
            int cluster = first + i;
            if (cleared[i].IsAbsent)
                continue;
            bool isOnTop = region[cluster] == BelowUpper(cluster);
            upper.Set(cluster, cleared[i]);
            if (isOnTop)
                region[cluster] = new RegionEntry(upper.Layer.Slot, cleared[i]);
        }
    }

    private RegionEntry BelowUpper(int cluster) =>
        _lowerBlock is null ? default : new RegionEntry(lower.Slot, _lowerBlock[cluster]);

    private ValueTask CopyDownAsync(int cluster, OverlayEntry entry, Memory<byte> buffer)
    {
        if (entry.IsAbsent)
            return ValueTask.CompletedTask; // a discard was faster
        return entry.IsZero ? ZeroBelowAsync(cluster) : CopyBelowAsync(cluster, entry, buffer);
    }

    private async ValueTask ZeroBelowAsync(int cluster)
    {
        if (_lowerBlock is not null)
        {
            _lowerBlock.Set(cluster, OverlayEntry.Zero); // also where the head sees nothing below: a snapshot may see more
            return;
        }

        ulong offset = LayerMap.OffsetOf(region, cluster);
        ulong end = Math.Min(lower.Volume.Size, offset + OverlayHeader.ClusterSize);
        if (offset < end)
            await lower.Volume.ZeroAsync(offset, end - offset, ZeroMode.Unmap).ConfigureAwait(false);
    }

    private async ValueTask CopyBelowAsync(int cluster, OverlayEntry entry, Memory<byte> buffer)
    {
        await upper.Layer.Volume.ReadAsync(upper.Layer.OffsetOf(entry), buffer).ConfigureAwait(false);
        if (_lowerBlock is null)
        {
            ulong offset = LayerMap.OffsetOf(region, cluster);
            await lower.EnsureSizeAsync(offset + OverlayHeader.ClusterSize).ConfigureAwait(false);
            await lower.Volume.WriteAsync(offset, buffer).ConfigureAwait(false);
            return;
        }

        OverlayEntry below = _lowerBlock[cluster];
        if (below.HasPlace)
            await lower.Volume.WriteAsync(lower.OffsetOf(below), buffer).ConfigureAwait(false); // hidden by the upper entry
        else
            await PlaceBelowAsync(cluster, buffer).ConfigureAwait(false);
    }

    private async ValueTask PlaceBelowAsync(int cluster, Memory<byte> buffer)
    {
        PlaceRun run = lower.Places!.Take(1);
        try
        {
            ulong offset = lower.Header!.PlaceOffset(run.First);
            await lower.EnsureSizeAsync(offset + OverlayHeader.ClusterSize).ConfigureAwait(false);
            await lower.WriteAsync(run, buffer).ConfigureAwait(false);
        }
        catch
        {
            lower.GiveBack(run);
            throw;
        }

        _lowerBlock!.Set(cluster, OverlayEntry.At(run.First));
    }
}
