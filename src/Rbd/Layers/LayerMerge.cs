using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Merges a layer into the one below it, which nobody else sees: each cluster is copied down, and its entry cleared once the copy is
/// durable. At any point in between the two layers together read as they did before, so it can stop anywhere and begin again. When
/// the upper table is empty, <see cref="LayerStack.FinishMergeAsync"/> puts the lower layer in its place.
/// </summary>
internal sealed class LayerMerge
{
    private readonly LayerStack _stack;
    private readonly LayerMap _map;
    private readonly TableBlocks _blocks;
    private readonly ClusterLocks _locks;
    private readonly MergeOptions _options;

    public LayerMerge(LayerStack stack, LayerMap map, TableBlocks blocks, ClusterLocks locks, Layer upper, Layer lower, MergeOptions options)
    {
        _stack = stack;
        _map = map;
        _blocks = blocks;
        _locks = locks;
        _options = options;
        Upper = upper;
        Lower = lower;
    }

    public Layer Upper { get; }

    public Layer Lower { get; }

    /// <summary>Clusters moved so far.</summary>
    public long MovedCount { get; private set; }

    /// <summary>Moves all that the upper layer holds. On a head that is being written to, go on until it stays empty.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _stack.FlushAsync().ConfigureAwait(false); // so that the volume knows of every region that has entries
        OverlayTable table = Upper.Table!;
        uint region = await table.FindDataAsync(0).ConfigureAwait(false);
        while (region < table.RegionCount)
        {
            await MoveRegionAsync(region, cancellationToken).ConfigureAwait(false);
            region = await table.FindDataAsync(region + 1).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the upper table is empty. Exact only while nobody writes.</summary>
    public async Task<bool> IsDoneAsync()
    {
        VerifyLower();
        await _stack.FlushAsync().ConfigureAwait(false);
        bool isEmpty = true;
        await OverlayScan.VisitAsync(Upper.Table!, (_, _) => isEmpty = false).ConfigureAwait(false);
        return isEmpty;
    }

    // What is moved below the cut would vanish.
    private void VerifyLower()
    {
        if (Lower.Overlap != ulong.MaxValue)
        {
            throw new StorageException(Errno.EBUSY,
                $"the image has shrunk: layer {Lower.Volume.Path} must be trimmed before {Upper.Volume.Path} is merged into it");
        }
    }

    private async Task MoveRegionAsync(uint index, CancellationToken cancellationToken)
    {
        Region region = await _map.Regions.PinAsync(index).ConfigureAwait(false);
        try
        {
            TableBlock upper = await _blocks.GetAsync(region, Upper).ConfigureAwait(false);
            for (int cluster = 0; (cluster = FindHeld(upper, cluster)) < OverlayHeader.EntriesPerBlock;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int end = FindEnd(upper, cluster);
                await MoveLockedAsync(region, upper, cluster, end).ConfigureAwait(false);
                await Task.Delay(_options.PauseAfter(end - cluster), _options.Time, cancellationToken).ConfigureAwait(false);
                cluster = end;
            }
        }
        finally
        {
            _map.Regions.Charge(region);
            region.Unpin();
        }
    }

    private static int FindHeld(TableBlock block, int cluster)
    {
        while (cluster < OverlayHeader.EntriesPerBlock && block[cluster].IsAbsent)
            cluster++;
        return cluster;
    }

    private int FindEnd(TableBlock block, int cluster)
    {
        int limit = Math.Min(OverlayHeader.EntriesPerBlock, cluster + _options.ClustersAtOnce);
        while (cluster < limit && !block[cluster].IsAbsent)
            cluster++;
        return cluster;
    }

    private async Task MoveLockedAsync(Region region, TableBlock upper, int first, int end)
    {
        ulong length = (ulong)(end - first) << OverlayHeader.ClusterShift;
        ClusterHold hold = new ClusterHold().Over(LayerMap.OffsetOf(region, first), length, isExclusive: true);
        await _locks.EnterAsync(hold).ConfigureAwait(false);
        try
        {
            VerifyLower();
            await MoveAsync(region, upper, first, end).ConfigureAwait(false);
        }
        finally
        {
            _locks.Exit(hold);
        }
    }

    // The hold lasts until the cleared entries are durable: a write that went to the lower layer earlier would be lost behind the
    // old entry if the machine crashed.
    private async Task MoveAsync(Region region, TableBlock upper, int first, int end)
    {
        var step = new MergeStep(_blocks, region, upper, Lower);
        await step.CopyDownAsync(first, end).ConfigureAwait(false);
        await _stack.FlushAsync().ConfigureAwait(false);
        OverlayEntry[] cleared = step.Clear(first, end);
        try
        {
            await _stack.FlushAsync().ConfigureAwait(false);
        }
        catch
        {
            step.Restore(first, cleared);
            throw;
        }

        MovedCount += cleared.Count(entry => !entry.IsAbsent);
    }
}
