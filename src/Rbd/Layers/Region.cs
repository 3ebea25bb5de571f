namespace CurveRbd.Rbd;

/// <summary>
/// The combined table of 64 MiB of the image: for each cluster the topmost overlay that holds it, and where. A region in which no
/// overlay holds anything needs no arrays.
/// </summary>
internal sealed class Region
{
    private const int BytesBare = 160;
    private const int BytesOfArrays = OverlayHeader.EntriesPerBlock * (sizeof(uint) + sizeof(byte));
    private const int Retired = int.MinValue / 2; // pins of a region that is in the pool

    private readonly Lock _lock = new();
    private byte[]? _slots; // 0: no overlay holds the cluster
    private uint[]? _entries;
    private TableBlock[] _blocks = [];
    private bool _isFilled;
    private uint _index;
    private int _pins = Retired;

    public uint Index => Volatile.Read(ref _index);

    public bool IsEmpty => !Volatile.Read(ref _isFilled);

    /// <summary>Was looked at since the cache last asked.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The weight that the cache counts it with.</summary>
    public int ChargedBytes { get; set; }

    /// <summary>Memory that it occupies, in bytes.</summary>
    public int Weight =>
        BytesBare + (_slots is null ? 0 : BytesOfArrays) + Volatile.Read(ref _blocks).Length * (OverlayHeader.TableBlockSize + BytesBare);

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
                Fill();
                _slots![cluster] = value.Slot;
                _entries![cluster] = value.Entry.Value;
            }
        }
    }

    /// <summary>Makes an empty one of it. Nobody else has it, and nobody can pin it until <see cref="Publish"/>.</summary>
    public void Reset(uint index)
    {
        foreach (TableBlock block in _blocks)
            block.GiveBack();
        _blocks = [];
        IsTouched = false;
        Volatile.Write(ref _isFilled, false);
        Volatile.Write(ref _index, index);
    }

    /// <summary>Others may find it from now on.</summary>
    public void Publish() => Interlocked.Add(ref _pins, -Retired);

    /// <summary>Lays an overlay's entries over those of the layers below it.</summary>
    /// <param name="count">So many clusters of the layer are seen.</param>
    public void Lay(byte slot, ReadOnlySpan<uint> entries, int count)
    {
        entries = entries[..count];
        int cluster = entries.IndexOfAnyExcept(0u);
        if (cluster < 0)
            return;
        lock (_lock)
        {
            Fill();
            for (; cluster < entries.Length; cluster++)
            {
                if (entries[cluster] == 0)
                    continue;
                _slots![cluster] = slot;
                _entries![cluster] = entries[cluster];
            }
        }
    }

    /// <summary>Lays a plain layer over the layers below it, which hides the first <paramref name="count"/> clusters of them.</summary>
    public void Hide(int count)
    {
        lock (_lock)
        {
            if (IsEmpty)
                return;
            _slots.AsSpan(0, count).Clear();
            _entries.AsSpan(0, count).Clear();
        }
    }

    public void Pin() => Interlocked.Increment(ref _pins);

    public void Unpin() => Interlocked.Decrement(ref _pins);

    /// <summary>For who found it, and may be late.</summary>
    /// <returns>false: it has become another region, or none.</returns>
    public bool TryPin(uint index)
    {
        if (Interlocked.Increment(ref _pins) > 0 && Index == index)
            return true;
        Unpin();
        return false;
    }

    /// <returns>false: it is pinned. Otherwise nobody can pin it any more.</returns>
    public bool TryRetire() => Interlocked.CompareExchange(ref _pins, Retired, 0) == 0;

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

    private void Fill()
    {
        if (_isFilled)
            return;
        _entries ??= new uint[OverlayHeader.EntriesPerBlock];
        _slots ??= new byte[OverlayHeader.EntriesPerBlock];
        Array.Clear(_entries);
        Array.Clear(_slots);
        Volatile.Write(ref _isFilled, true);
    }
}
