namespace CurveRbd.Rbd;

/// <summary>The table blocks that are written to, and which of them are dirty.</summary>
internal sealed class TableBlocks
{
    private readonly Lock _lock = new();
    private readonly HashSet<TableBlock> _dirty = [];

    public int DirtyCount
    {
        get
        {
            lock (_lock)
                return _dirty.Count;
        }
    }

    /// <summary>A layer's block of a region, read if need be.</summary>
    /// <param name="region">Pinned.</param>
    public async ValueTask<TableBlock> GetAsync(Region region, Layer layer)
    {
        if (region.FindBlock(layer) is { } attached)
            return attached;
        uint[] entries = TableBlock.RentEntries();
        await layer.Table!.ReadAsync(region.Index, entries.AsMemory(0, OverlayHeader.EntriesPerBlock)).ConfigureAwait(false);
        return region.Attach(new TableBlock(layer, region, entries, this));
    }

    public void AddDirty(TableBlock block)
    {
        lock (_lock)
            _dirty.Add(block);
    }

    public void RemoveDirty(TableBlock block)
    {
        lock (_lock)
            _dirty.Remove(block);
    }

    /// <summary>The first region from <paramref name="region"/> on that has a dirty block; <see cref="uint.MaxValue"/>: none has.</summary>
    public uint FindDirty(uint region)
    {
        uint first = uint.MaxValue;
        lock (_lock)
        {
            foreach (TableBlock block in _dirty)
            {
                if (block.Region >= region)
                    first = Math.Min(first, block.Region);
            }
        }

        return first;
    }

    public TableBlock[] GetDirty()
    {
        lock (_lock)
            return [.. _dirty];
    }
}
