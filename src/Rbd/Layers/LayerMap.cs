using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Where every cluster of an image lies: the layers in order and, region by region, their tables combined. Looking something up
/// touches no lower layer.
/// </summary>
internal sealed class LayerMap
{
    private readonly Layer?[] _bySlot = new Layer?[byte.MaxValue + 1];
    private Layer[] _plains = []; // topmost first

    public LayerMap(long tableBytesMax)
    {
        Regions = new RegionCache(region => CombineAsync(region, Layers, Layers.Length, null), tableBytesMax);
    }

    public RegionCache Regions { get; }

    /// <summary>Bottom first; the last one is the head. Replaced as a whole.</summary>
    public Layer[] Layers { get; private set; } = [];

    public Layer Head => Layers[^1];

    /// <summary>Whether what has been read until now is true.</summary>
    public Func<bool> IsCertain { get; set; } = () => true;

    /// <summary>Of all volumes, in bytes.</summary>
    public int BlockSize { get; private set; } = 1;

    public static int ClusterIn(ulong offset) =>
        (int)((offset >> OverlayHeader.ClusterShift) & (OverlayHeader.EntriesPerBlock - 1));

    public static ulong OffsetOf(Region region, int cluster) =>
        region.Index * OverlayHeader.RegionSize + ((ulong)cluster << OverlayHeader.ClusterShift);

    public static uint RegionOf(ulong offset) => (uint)(offset / OverlayHeader.RegionSize);

    /// <summary>A slot above <paramref name="after"/> that no layer has.</summary>
    /// <exception cref="StorageException">EMLINK: there are too many layers.</exception>
    public byte FreeSlot(byte after)
    {
        int slot = Array.IndexOf(_bySlot, null, after + 1);
        return slot > 0
            ? (byte)slot
            : throw new StorageException(Errno.EMLINK, $"an image can't have more than {byte.MaxValue} layers; flatten it");
    }

    /// <summary>Changes the order. What regions in memory say of the layers that stay must remain true.</summary>
    public void Arrange(Layer[] layers)
    {
        foreach (Layer gone in Layers.Except(layers))
            _bySlot[gone.Slot] = null;
        foreach (Layer layer in layers)
            _bySlot[layer.Slot] = layer;
        BlockSize = layers.Max(layer => layer.Source.Limits.BlockSize);
        _plains = [.. layers.Reverse().Where(layer => layer.Header is null)];
        Layers = layers;
        UpdateVisible();
    }

    /// <summary>What the head sees of each layer: no more than any layer in between sees.</summary>
    public void UpdateVisible()
    {
        ulong visible = ulong.MaxValue;
        for (int i = Layers.Length - 1; i >= 0; i--)
        {
            if (i < Layers.Length - 1)
                visible = Math.Min(visible, Layers[i].Overlap);
            Layers[i].Visible = visible;
        }
    }

    /// <summary>The longest piece from <paramref name="offset"/> on that is one request on one volume, or one hole.</summary>
    public LayerExtent Find(Region region, ulong offset, int lengthMax)
    {
        if (region.IsEmpty && _plains is ([] or [{ Filled: ulong.MaxValue }]))
            return FindPlain(offset, lengthMax);
        LayerExtent extent = FindInCluster(region, offset, lengthMax);
        while (extent.Length < lengthMax)
        {
            LayerExtent next = FindInCluster(region, offset + (uint)extent.Length, lengthMax - extent.Length);
            if (!extent.Touches(next))
                break;
            extent = extent with { Length = extent.Length + next.Length, Cut = next.Cut };
        }

        return extent;
    }

    /// <summary>Whether the cluster reads as zeros.</summary>
    public bool IsHole(Region region, int cluster) =>
        FindInCluster(region, OffsetOf(region, cluster), 1).IsHole;

    /// <summary>The plain layer that has the cluster, because no overlay above it holds it; null if there is none.</summary>
    public Layer? PlainOf(Region region, ulong offset) => region[ClusterIn(offset)].Slot == 0 ? PlainAt(offset) : null;

    /// <summary>Reads a range of one region.</summary>
    public async ValueTask ReadAsync(Region region, ulong offset, Memory<byte> buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            LayerExtent piece = Find(region, offset + (uint)done, buffer.Length - done);
            await piece.ReadAsync(buffer.Slice(done, piece.Length)).ConfigureAwait(false);
            done += piece.Length;
        }
    }

    public Layer LayerOf(byte slot) => _bySlot[slot]!;

    /// <summary>The plain layer that an offset belongs to which no overlay above it holds.</summary>
    public Layer? PlainAt(ulong offset)
    {
        foreach (Layer plain in _plains)
        {
            if (offset < plain.Filled)
                return plain;
        }

        return null;
    }

    /// <summary>The plain layer that has the bytes from <paramref name="offset"/> on where no overlay holds anything; null: none has.</summary>
    /// <returns>The layer, the end of what is seen of it, at least the offset, and the end of the range that this is true of.</returns>
    public (Layer? Plain, ulong VisibleEnd, ulong End) FindPlainPiece(ulong offset, ulong end)
    {
        if (PlainAt(offset) is not { } plain)
            return (null, offset, end);
        ulong pieceEnd = Math.Min(end, plain.Filled);
        return (plain, Math.Clamp(Math.Min(plain.Visible, plain.Volume.Size), offset, pieceEnd), pieceEnd);
    }

    /// <summary>What a region would be without <paramref name="layer"/> and all above it. To be given back to the cache's pool.</summary>
    public async ValueTask<Region> BelowAsync(Region region, Layer layer)
    {
        Region below = Regions.Pool.Rent(region.Index);
        await CombineAsync(below, Layers, Array.IndexOf(Layers, layer), region).ConfigureAwait(false);
        return below;
    }

    /// <summary>Combines the tables of the lowest <paramref name="count"/> layers in an empty region.</summary>
    /// <param name="live">Blocks attached to it are newer than their volume.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask CombineAsync(Region region, Layer[] layers, int count, Region? live)
    {
        var reads = new TableReads(count);
        try
        {
            for (int i = count - 1; i >= 0; i--)
            {
                reads.Begin(i, layers[i], region.Index, live);
                // A cluster on its way down is in both layers for a while, never in none: it is seen by who looks into the upper one first.
                if (layers[i].IsMerging)
                    await reads.WaitAsync(i).ConfigureAwait(false);
            }

            for (int i = 0; i < count; i++)
            {
                await reads.WaitAsync(i).ConfigureAwait(false);
                Lay(region, layers[i], reads[i]);
            }
        }
        finally
        {
            await reads.EndAsync().ConfigureAwait(false);
        }
    }

    // Lays a layer over those below it.
    private static void Lay(Region region, Layer layer, ReadOnlySpan<uint> entries)
    {
        if (layer.Header is null)
            region.Hide(ClustersBefore(region, layer.Filled));
        else if (!entries.IsEmpty)
            region.Lay(layer.Slot, entries, ClustersBefore(region, layer.Visible));
    }

    // Also the one that the offset lies in.
    private static int ClustersBefore(Region region, ulong offset)
    {
        ulong start = OffsetOf(region, 0);
        return offset <= start ? 0 : (int)Math.Min(OverlayHeader.EntriesPerBlock, ((offset - start - 1) >> OverlayHeader.ClusterShift) + 1);
    }

    private LayerExtent FindInCluster(Region region, ulong offset, int lengthMax)
    {
        int within = (int)(offset & (OverlayHeader.ClusterSize - 1));
        int length = Math.Min(lengthMax, OverlayHeader.ClusterSize - within);
        RegionEntry held = region[ClusterIn(offset)];
        if (held.Slot == 0)
            return FindPlain(offset, length);
        Layer layer = LayerOf(held.Slot);
        if (!held.Entry.HasPlace || offset >= layer.Visible)
            return new LayerExtent(null, 0, length, 0);
        return Cut(new LayerExtent(layer, layer.OffsetOf(held.Entry) + (uint)within, length, 0), layer.Visible - offset);
    }

    private LayerExtent FindPlain(ulong offset, int length)
    {
        if (PlainAt(offset) is not { } plain)
            return new LayerExtent(null, 0, length, 0);
        ulong visible = Math.Min(plain.Visible, plain.Volume.Size);
        return offset >= visible
            ? new LayerExtent(null, 0, length, 0)
            : Cut(new LayerExtent(plain, offset, length, 0), visible - offset);
    }

    private LayerExtent Cut(LayerExtent extent, ulong visible)
    {
        if ((ulong)extent.Length <= visible)
            return extent;
        int length = (int)Math.Min((ulong)extent.Length, OverlayHeader.RoundUp(visible, (ulong)BlockSize));
        return extent with { Length = length, Cut = length - (int)visible };
    }
}
