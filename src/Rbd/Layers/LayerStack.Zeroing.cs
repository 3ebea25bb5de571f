using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    private static readonly byte[] s_zeros = new byte[1 << 20];

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        if (_single is { } plain)
            return plain.Volume.ZeroAsync(offset, length, mode);
        return new ValueTask(mode == ZeroMode.Allocate ? WriteZerosAsync(offset, length) : HideRangeAsync(offset, length));
    }

    private async Task WriteZerosAsync(ulong offset, ulong length)
    {
        for (ulong done = 0; done < length;)
        {
            int count = (int)Math.Min((ulong)s_zeros.Length, length - done);
            await WriteAsync(offset + done, s_zeros.AsMemory(0, count)).ConfigureAwait(false);
            done += (ulong)count;
        }
    }

    // Whole clusters by their entries; cut ones at the ends as data.
    private async Task HideRangeAsync(ulong offset, ulong length)
    {
        ulong end = Math.Min(offset + length, Size);
        ulong firstWhole = OverlayHeader.RoundUp(offset, OverlayHeader.ClusterSize);
        ulong lastWhole = end & ~(ulong)(OverlayHeader.ClusterSize - 1);
        if (firstWhole >= lastWhole)
        {
            ulong cut = Math.Min(firstWhole, end);
            await ZeroPartAsync(offset, cut).ConfigureAwait(false);
            await ZeroPartAsync(cut, end).ConfigureAwait(false);
            return;
        }

        await ZeroPartAsync(offset, firstWhole).ConfigureAwait(false);
        for (ulong start = firstWhole; start < lastWhole;)
        {
            ulong regionEnd = Math.Min(lastWhole, (LayerMap.RegionOf(start) + 1) * OverlayHeader.RegionSize);
            await HideAsync(start, regionEnd).ConfigureAwait(false);
            start = regionEnd;
        }

        await ZeroPartAsync(lastWhole, end).ConfigureAwait(false);
    }

    // A part of one cluster. A hole stays one.
    private async Task ZeroPartAsync(ulong offset, ulong end)
    {
        if (offset >= end)
            return;
        Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
        int length = (int)(end - offset);
        bool isHole = _map.Find(region, offset, length) is { IsHole: true } hole && hole.Length == length;
        region.Unpin();
        if (!isHole)
            await WriteAsync(offset, s_zeros.AsMemory(0, length)).ConfigureAwait(false);
    }

    private async Task HideAsync(ulong offset, ulong end)
    {
        await PrepareToWriteAsync().ConfigureAwait(false);
        ClusterHold hold = await HoldAsync(offset, end - offset).ConfigureAwait(false);
        Region? region = null;
        try
        {
            region = await _map.Regions.PinAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
            int first = LayerMap.ClusterIn(offset);
            await HideAsync(region, first, first + (int)((end - offset) >> OverlayHeader.ClusterShift)).ConfigureAwait(false);
        }
        finally
        {
            _locks.Exit(hold);
            Release(region);
        }

        await LimitDirtyAsync().ConfigureAwait(false);
    }

    private async ValueTask HideAsync(Region region, int first, int end)
    {
        TableBlock? block = null;
        Region? below = null;
        for (int cluster = first; cluster < end; cluster++)
        {
            if (_map.IsHole(region, cluster))
                continue;
            block ??= await _blocks.GetAsync(region, Head).ConfigureAwait(false);
            below ??= await _map.BelowAsync(region, Head).ConfigureAwait(false);
            OverlayEntry entry = _map.IsHole(below, cluster) ? OverlayEntry.Absent : OverlayEntry.Zero;
            block.Set(cluster, entry);
            region[cluster] = entry.IsAbsent ? below[cluster] : new RegionEntry(Head.Slot, entry);
        }

        if (below is not null)
            _map.Regions.Pool.GiveBack(below);
    }

    private void Release(Region? region)
    {
        if (region is null)
            return;
        _map.Regions.Charge(region);
        region.Unpin();
    }
}
