using System.Buffers;
using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// A head that another process may write to at any time. Nothing in memory is trusted then: a read looks its clusters up, reads them,
/// and looks whether the table still says the same. A place is given to another cluster only after the entry that pointed at it has
/// left the volume, so bytes of another cluster are noticed.
/// </summary>
internal sealed partial class LayerStack
{
    private const int OftenReads = 64;

    private volatile bool _isShared;
    private volatile bool _isLive = true;
    private int _sharedReads;

    /// <summary>Called now and then while much is read that another process might be writing: owning it would make that cheaper.</summary>
    public Action OftenReadShared { get; set; } = () => { };

    /// <summary>Whether the top layer is an image's head, not a snapshot's layer, which nobody writes to.</summary>
    public bool IsLive
    {
        get => _isLive;
        set
        {
            if (_isLive == value)
                return;
            _isLive = value;
            Watch();
        }
    }

    private bool IsUncertain => _isShared && _isLive;

    /// <summary>As <see cref="ShareAsync"/>, of a stack that has just been opened.</summary>
    public void BeginShared()
    {
        _isShared = true;
        Watch();
    }

    /// <summary>Others write from now on, this stack only reads. Everything is durable, no request may be in flight.</summary>
    public async Task ShareAsync()
    {
        _isShared = true;
        await ForgetAsync().ConfigureAwait(false);
        Watch();
    }

    /// <summary>Nobody else writes from now on. No request may be in flight.</summary>
    public async Task OwnAsync()
    {
        await ForgetAsync().ConfigureAwait(false);
        _isShared = false;
        Watch();
    }

    /// <summary>
    /// Another process has become the writer although this one was it: what is not durable yet must never reach the volumes. No request
    /// may be in flight.
    /// </summary>
    public Task AbandonAsync()
    {
        foreach (TableBlock block in _blocks.GetDirty())
            block.Abandon();
        return ShareAsync();
    }

    // The head's table is read anew each time while it is shared, and that of the layer which takes the head in.
    private void Watch()
    {
        Layer[] layers = _map.Layers;
        for (int i = 0; i < layers.Length; i++)
        {
            if (layers[i].Table is { } table)
                table.IsAddedTo = IsVolatile(layers, i) || (i + 1 < layers.Length && layers[i + 1].IsMerging);
        }
    }

    private bool IsVolatile(Layer[] layers, int index) =>
        IsUncertain && (index == layers.Length - 1 || (index == layers.Length - 2 && layers[^1].IsMerging));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadSharedAsync(ulong offset, IoVector buffer)
    {
        if (Interlocked.Increment(ref _sharedReads) % OftenReads == 0)
            OftenReadShared();
        for (int done = 0; done < buffer.Length;)
        {
            ulong at = offset + (uint)done;
            int length = (int)Math.Min((ulong)(buffer.Length - done), (LayerMap.RegionOf(at) + 1) * OverlayHeader.RegionSize - at);
            while (!await TryReadSharedAsync(at, buffer.Slice(done, length)).ConfigureAwait(false))
            {
            }

            done += length;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryReadSharedAsync(ulong offset, IoVector buffer)
    {
        Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
        try
        {
            region.Pin(); // once more: what reads unpins
            await ReadPinned(region, offset, buffer).ConfigureAwait(false);
            return await IsCurrentAsync(region, offset, buffer.Length).ConfigureAwait(false);
        }
        finally
        {
            region.Unpin();
        }
    }

    /// <summary>A region that says what the tables say now.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Region> PinCurrentAsync(uint index)
    {
        while (true)
        {
            Region region = await _map.Regions.PinAsync(index).ConfigureAwait(false);
            if (!IsUncertain)
                return region;
            try
            {
                if (await IsCurrentAsync(region, index * OverlayHeader.RegionSize, (int)OverlayHeader.RegionSize).ConfigureAwait(false))
                    return region;
            }
            catch
            {
                region.Unpin();
                throw;
            }

            region.Unpin();
        }
    }

    /// <returns>false: the tables say something else by now; the region is forgotten.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> IsCurrentAsync(Region region, ulong offset, int length)
    {
        uint[] entries = ArrayPool<uint>.Shared.Rent(OverlayHeader.EntriesPerBlock);
        bool[] hidden = ArrayPool<bool>.Shared.Rent(OverlayHeader.EntriesPerBlock);
        try
        {
            int first = LayerMap.ClusterIn(offset);
            int last = LayerMap.ClusterIn(offset + (uint)(length - 1));
            Array.Clear(hidden, first, last - first + 1);
            return await IsCurrentAsync(region, first, last, entries, hidden).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(entries);
            ArrayPool<bool>.Shared.Return(hidden);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> IsCurrentAsync(Region region, int first, int last, uint[] entries, bool[] hidden)
    {
        Layer[] layers = _map.Layers;
        for (int i = layers.Length - 1; i >= 0 && IsVolatile(layers, i); i--)
        {
            if (layers[i].Table is not { } table)
                continue;
            await table.ReadAsync(region.Index, entries.AsMemory(0, OverlayHeader.EntriesPerBlock)).ConfigureAwait(false);
            if (IsAsIn(region, layers[i], entries, hidden, first, last))
                continue;
            _map.Regions.Forget(region);
            return false;
        }

        return true;
    }

    private static bool IsAsIn(Region region, Layer layer, uint[] entries, bool[] hidden, int first, int last)
    {
        for (int cluster = first; cluster <= last; cluster++)
        {
            if (hidden[cluster] || LayerMap.OffsetOf(region, cluster) >= layer.Visible)
                continue;
            RegionEntry held = region[cluster];
            bool isHere = entries[cluster] != 0;
            if (isHere != (held.Slot == layer.Slot) || (isHere && held.Entry.Value != entries[cluster]))
                return false;
            hidden[cluster] = isHere;
        }

        return true;
    }
}
