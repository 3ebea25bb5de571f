using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// One write to clusters of one region, whoever holds them now: in place where a writable layer does, otherwise to new places, the
/// rest of a cluster copied up. Entries are set when all data has been written; if anything fails, none is.
/// </summary>
/// <param name="region">Pinned, and the clusters held exclusively.</param>
/// <param name="absorber">The layer that the head is being merged into, if it is.</param>
internal sealed class RegionWrite(LayerMap map, TableBlocks blocks, Region region, Layer? absorber)
{
    private readonly List<Task> _writes = [];
    private readonly List<NewCluster> _placed = [];
    private readonly List<byte[]> _buffers = [];

    public async Task RunAsync(ulong offset, IoVector data)
    {
        // Before anything is written: setting entries afterwards cannot fail.
        TableBlock headBlock = await blocks.GetAsync(region, map.Head).ConfigureAwait(false);
        TableBlock? absorberBlock = absorber is { Table: not null }
            ? await blocks.GetAsync(region, absorber).ConfigureAwait(false)
            : null;
        try
        {
            await WriteDataAsync(offset, data).ConfigureAwait(false);
        }
        catch
        {
            foreach (NewCluster placed in _placed)
                placed.Layer.GiveBack(new PlaceRun(placed.Place, 1));
            throw;
        }

        foreach (NewCluster placed in _placed)
            SetEntry(placed, placed.Layer == map.Head ? headBlock : absorberBlock!);
    }

    private void SetEntry(NewCluster placed, TableBlock block)
    {
        OverlayEntry entry = OverlayEntry.At(placed.Place);
        block.Set(placed.Cluster, entry);
        region[placed.Cluster] = new RegionEntry(placed.Layer.Slot, entry);
    }

    // Waits for every write that was started, also if one fails: the memory is lent, and the places are given back.
    private async Task WriteDataAsync(ulong offset, IoVector data)
    {
        try
        {
            for (int done = 0; done < data.Length;)
                done += await StartPieceAsync(offset + (uint)done, data.Slice(done, data.Length - done)).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(_writes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (byte[] buffer in _buffers)
                ArrayPool<byte>.Shared.Return(buffer);
        }

        await Task.WhenAll(_writes).ConfigureAwait(false);
    }

    /// <returns>How many bytes of <paramref name="rest"/> are on their way.</returns>
    private async ValueTask<int> StartPieceAsync(ulong offset, IoVector rest)
    {
        if (absorber is { Header: null } && IsVisibleIn(absorber, offset) && map.PlainOf(region, offset) == absorber)
            await absorber.EnsureSizeAsync(ClusterEnd(offset)).ConfigureAwait(false);

        LayerExtent piece = map.Find(region, offset, rest.Length);
        if (IsWritable(piece))
        {
            _writes.Add(piece.WriteAsync(rest.Slice(0, piece.Length)).AsTask());
            return piece.Length;
        }

        int within = (int)(offset & (OverlayHeader.ClusterSize - 1));
        if (within == 0 && rest.Length >= OverlayHeader.ClusterSize)
            return await StartWholeAsync(offset, rest).ConfigureAwait(false);
        int length = Math.Min(rest.Length, OverlayHeader.ClusterSize - within);
        await StartPartAsync(offset, rest.Slice(0, length)).ConfigureAwait(false);
        return length;
    }

    // Whole clusters: neighbours go to neighbouring places, as one request.
    private async ValueTask<int> StartWholeAsync(ulong offset, IoVector rest)
    {
        Layer target = TargetOf(offset);
        int wanted = 1;
        while ((wanted + 1) * OverlayHeader.ClusterSize <= rest.Length && IsNew(offset, wanted, target))
            wanted++;
        PlaceRun run = await TakePlacesAsync(target, offset, wanted).ConfigureAwait(false);
        int length = run.Count * OverlayHeader.ClusterSize;
        _writes.Add(target.WriteAsync(run, rest.Slice(0, length)));
        return length;
    }

    private async ValueTask StartPartAsync(ulong offset, IoVector data)
    {
        Layer target = TargetOf(offset);
        PlaceRun run = await TakePlacesAsync(target, offset, 1).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(OverlayHeader.ClusterSize);
        _buffers.Add(buffer);
        _writes.Add(CopyUpAsync(target, run, offset, data, buffer.AsMemory(0, OverlayHeader.ClusterSize)));
    }

    private async Task CopyUpAsync(Layer target, PlaceRun run, ulong offset, IoVector data, Memory<byte> cluster)
    {
        ulong start = offset & ~(ulong)(OverlayHeader.ClusterSize - 1);
        await map.ReadAsync(region, start, cluster).ConfigureAwait(false);
        if (!map.IsCertain())
            throw new UncertainReadException();
        data.CopyTo(cluster.Span[(int)(offset - start)..]);
        await target.WriteAsync(run, cluster).ConfigureAwait(false);
    }

    private async ValueTask<PlaceRun> TakePlacesAsync(Layer target, ulong offset, int wanted)
    {
        PlaceRun run = target.Places!.Take(wanted);
        int cluster = LayerMap.ClusterIn(offset);
        for (int i = 0; i < run.Count; i++)
            _placed.Add(new NewCluster(cluster + i, target, run.First + (uint)i));
        await target.EnsureSizeAsync(target.Header!.PlaceOffset(run.First + (uint)run.Count)).ConfigureAwait(false);
        return run;
    }

    private bool IsNew(ulong offset, int clustersOn, Layer target)
    {
        ulong cluster = offset + ((ulong)clustersOn << OverlayHeader.ClusterShift);
        return TargetOf(cluster) == target && !IsWritable(map.Find(region, cluster, OverlayHeader.ClusterSize));
    }

    private bool IsWritable(LayerExtent piece) =>
        piece.Layer is { } layer && (layer == map.Head || layer == absorber) && piece.Cut == 0;

    // What the head says of a cluster hides the absorber, so such a cluster stays in the head until the merge moves it.
    private Layer TargetOf(ulong offset) =>
        absorber is { Table: not null } && IsVisibleIn(absorber, offset)
        && region[LayerMap.ClusterIn(offset)].Slot != map.Head.Slot
            ? absorber
            : map.Head;

    private static bool IsVisibleIn(Layer layer, ulong offset) => ClusterEnd(offset) <= layer.Visible;

    private static ulong ClusterEnd(ulong offset) => (offset | (OverlayHeader.ClusterSize - 1)) + 1;
}
