using System.Buffers;

namespace CurveRbd.Rbd;

/// <summary>
/// Moves a frozen overlay up into the one above it, which alone lies on it: what the upper one does not hold is copied, entries that say
/// zeros too. The lower one stays as it is, so that everybody reads right contents from either, and it can stop anywhere and begin
/// again. When the upper one holds all of it, the lower one can be taken out of the stack.
/// </summary>
/// <param name="upper">Its free places are known.</param>
internal sealed class LayerLift(
    LayerStack stack, LayerMap map, TableBlocks blocks, ClusterLocks locks, Layer upper, Layer lower, MergeOptions options)
{
    /// <summary>Copies all that the upper layer does not hold.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => VisitAsync(
        async region =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            await MoveRegionAsync(region, cancellationToken).ConfigureAwait(false);
            await stack.FlushAsync().ConfigureAwait(false);
            return true;
        });

    /// <summary>Whether the upper layer holds all of it, durably. Exact only while nobody writes.</summary>
    public async Task<bool> IsDoneAsync()
    {
        await stack.FlushAsync().ConfigureAwait(false);
        return await VisitAsync(region => IsHeldAsync(region)).ConfigureAwait(false);
    }

    /// <summary>Goes through the regions that the lower layer may have entries in, and that are seen.</summary>
    /// <returns>Whether all answered true; ends with the first that does not.</returns>
    private async Task<bool> VisitAsync(Func<uint, Task<bool>> visit)
    {
        OverlayTable table = lower.Table!;
        uint region = await table.FindDataAsync(0).ConfigureAwait(false);
        while (region < table.RegionCount && region * OverlayHeader.RegionSize < lower.Overlap)
        {
            if (!await visit(region).ConfigureAwait(false))
                return false;
            region = await table.FindDataAsync(region + 1).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<bool> IsHeldAsync(uint index)
    {
        uint[] below = TableBlock.RentEntries();
        uint[] above = TableBlock.RentEntries();
        try
        {
            await lower.Table!.ReadAsync(index, below.AsMemory(0, OverlayHeader.EntriesPerBlock)).ConfigureAwait(false);
            await upper.Table!.ReadAsync(index, above.AsMemory(0, OverlayHeader.EntriesPerBlock)).ConfigureAwait(false);
            for (int cluster = 0; cluster < OverlayHeader.EntriesPerBlock; cluster++)
            {
                if (below[cluster] != 0 && above[cluster] == 0 && OffsetOf(index, cluster) < lower.Overlap)
                    return false;
            }

            return true;
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(below);
            ArrayPool<uint>.Shared.Return(above);
        }
    }

    private async Task MoveRegionAsync(uint index, CancellationToken cancellationToken)
    {
        uint[] below = TableBlock.RentEntries();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(OverlayHeader.ClusterSize);
        Region region = await map.Regions.PinAsync(index).ConfigureAwait(false);
        try
        {
            await lower.Table!.ReadAsync(index, below.AsMemory(0, OverlayHeader.EntriesPerBlock)).ConfigureAwait(false);
            TableBlock above = await blocks.GetAsync(region, upper).ConfigureAwait(false);
            for (int cluster = 0; cluster < OverlayHeader.EntriesPerBlock; cluster++)
            {
                var entry = new OverlayEntry(below[cluster]);
                if (entry.IsAbsent || !above[cluster].IsAbsent || OffsetOf(index, cluster) >= lower.Overlap)
                    continue;
                cancellationToken.ThrowIfCancellationRequested();
                await MoveLockedAsync(region, above, cluster, entry, buffer.AsMemory(0, OverlayHeader.ClusterSize)).ConfigureAwait(false);
                await Task.Delay(options.PauseAfter(1), options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            map.Regions.Charge(region);
            region.Unpin();
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<uint>.Shared.Return(below);
        }
    }

    private async Task MoveLockedAsync(Region region, TableBlock above, int cluster, OverlayEntry entry, Memory<byte> buffer)
    {
        ClusterHold hold = new ClusterHold().Over(OffsetOf(region.Index, cluster), OverlayHeader.ClusterSize, isExclusive: true);
        await locks.EnterAsync(hold).ConfigureAwait(false);
        try
        {
            if (!above[cluster].IsAbsent)
                return; // a write was faster
            OverlayEntry moved = entry.HasPlace ? await CopyAsync(region.Index, cluster, entry, buffer).ConfigureAwait(false) : entry;
            above.Set(cluster, moved);
            if (region[cluster].Slot == lower.Slot)
                region[cluster] = new RegionEntry(upper.Slot, moved);
        }
        finally
        {
            locks.Exit(hold);
        }
    }

    private async Task<OverlayEntry> CopyAsync(uint region, int cluster, OverlayEntry entry, Memory<byte> buffer)
    {
        await lower.Volume.ReadAsync(lower.OffsetOf(entry), buffer).ConfigureAwait(false);
        ulong seen = lower.Overlap - OffsetOf(region, cluster);
        if (seen < OverlayHeader.ClusterSize)
            buffer.Span[(int)seen..].Clear();
        PlaceRun run = upper.Places!.Take(1);
        try
        {
            ulong place = upper.Header!.PlaceOffset(run.First);
            await upper.EnsureSizeAsync(place + OverlayHeader.ClusterSize).ConfigureAwait(false);
            await upper.WriteAsync(run, buffer).ConfigureAwait(false);
        }
        catch
        {
            upper.GiveBack(run);
            throw;
        }

        return OverlayEntry.At(run.First);
    }

    private static ulong OffsetOf(uint region, int cluster) => region * OverlayHeader.RegionSize + ((ulong)cluster << OverlayHeader.ClusterShift);
}
