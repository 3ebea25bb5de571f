namespace CurveRbd.Rbd;

/// <summary>
/// The combined table of 64 MiB of the image: for each cluster the topmost overlay that holds it, and where. A region in which no
/// overlay holds anything is an object without arrays.
/// </summary>
internal sealed class Region(uint index)
{
    private const int BytesBare = 160;
    private const int BytesOfArrays = OverlayHeader.EntriesPerBlock * (sizeof(uint) + sizeof(byte));

    private readonly Lock _lock = new();
    private byte[]? _slots; // 0: no overlay holds the cluster
    private uint[]? _entries;
    private TableBlock[] _blocks = [];
    private int _pins;

    public uint Index => index;

    public bool IsEmpty => Volatile.Read(ref _slots) is null;

    /// <summary>Was looked at since the cache last asked.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The weight that the cache counts it with.</summary>
    public int ChargedBytes { get; set; }

    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    /// <summary>Memory that it occupies, in bytes.</summary>
    public int Weight =>
        BytesBare + (IsEmpty ? 0 : BytesOfArrays) + Volatile.Read(ref _blocks).Length * (OverlayHeader.TableBlockSize + BytesBare);

    public void Pin() => Interlocked.Increment(ref _pins);

    public void Unpin() => Interlocked.Decrement(ref _pins);

    public RegionEntry this[int cluster]
    {
        get
        {
            if (IsEmpty)
                return default;
            lock (_lock)
                return new RegionEntry(_slots![cluster], new OverlayEntry(_entries![cluster]));
        }

        set
        {
            lock (_lock)
            {
                if (_slots is null)
                {
                    _entries = new uint[OverlayHeader.EntriesPerBlock];
                    Volatile.Write(ref _slots, new byte[OverlayHeader.EntriesPerBlock]);
                }

                _slots![cluster] = value.Slot;
                _entries![cluster] = value.Entry.Value;
            }
        }
    }

    public TableBlock? FindBlock(Layer layer)
    {
        foreach (TableBlock block in Volatile.Read(ref _blocks))
        {
            if (block.Layer == layer)
                return block;
        }

        return null;
    }

    /// <returns>The block of this layer that the region has from now on: <paramref name="block"/>, or one that came first.</returns>
    public TableBlock Attach(TableBlock block)
    {
        lock (_lock)
        {
            if (FindBlock(block.Layer) is { } earlier)
                return earlier;
            Volatile.Write(ref _blocks, [.. _blocks, block]);
            return block;
        }
    }
}
