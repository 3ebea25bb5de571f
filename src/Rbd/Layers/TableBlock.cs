using System.Buffers;

namespace CurveRbd.Rbd;

/// <summary>
/// One table block of a layer that is written to: its entries as they shall be, and which of them are durable. While they differ the
/// block is dirty, and the region it belongs to stays in memory.
/// </summary>
internal sealed class TableBlock(Layer layer, Region region, uint[] entries, TableBlocks blocks)
{
    private readonly Lock _lock = new();
    private uint[] _entries = entries;
    private List<uint> _freed = []; // places without an entry, to be given back once that is durable
    private long _version;
    private long _durableVersion;

    public Layer Layer => layer;

    public uint Region => region.Index;

    public OverlayEntry this[int index]
    {
        get
        {
            lock (_lock)
                return new OverlayEntry(_entries[index]);
        }
    }

    /// <summary>Room for a block's entries, see <see cref="GiveBack"/>. Not cleared.</summary>
    public static uint[] RentEntries() => ArrayPool<uint>.Shared.Rent(OverlayHeader.EntriesPerBlock);

    /// <summary>Its region is no longer in memory, and nobody has the block any more.</summary>
    public void GiveBack()
    {
        ArrayPool<uint>.Shared.Return(_entries);
        _entries = [];
    }

    public void CopyTo(Span<uint> copy)
    {
        lock (_lock)
            _entries.AsSpan(0, OverlayHeader.EntriesPerBlock).CopyTo(copy);
    }

    /// <summary>Sets an entry in memory; the next commit makes it durable. An entry with a place comes after that place's data.</summary>
    public void Set(int index, OverlayEntry entry)
    {
        lock (_lock)
        {
            var old = new OverlayEntry(_entries[index]);
            if (old == entry)
                return;
            if (old.HasPlace)
                _freed.Add(old.Place);
            _entries[index] = entry.Value;
            if (_version++ != _durableVersion)
                return;
            region.Pin();
            blocks.AddDirty(this);
        }
    }

    /// <summary>Copies the entries as they are now, for a commit.</summary>
    public TableCommit BeginCommit()
    {
        lock (_lock)
        {
            var commit = new TableCommit(this, region.Index, _version, _freed);
            OverlayTable.Encode(_entries.AsSpan(0, OverlayHeader.EntriesPerBlock), commit.Bytes);
            _freed = [];
            return commit;
        }
    }

    /// <summary>The commit's entries are durable: its freed places may be used again.</summary>
    public Task EndCommitAsync(TableCommit commit)
    {
        lock (_lock)
        {
            _durableVersion = commit.Version;
            if (_version == _durableVersion)
            {
                blocks.RemoveDirty(this);
                region.Unpin();
            }
        }

        return commit.Freed.Count == 0 ? Task.CompletedTask : layer.ReleaseAsync(commit.Freed);
    }

    /// <summary>Gives up what is not durable. No commit is under way.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _freed = [];
            if (_version == _durableVersion)
                return;
            _durableVersion = _version;
            blocks.RemoveDirty(this);
            region.Unpin();
        }
    }

    /// <summary>The commit failed: what is durable is unknown, so all of it is still to be written.</summary>
    public void AbandonCommit(TableCommit commit)
    {
        lock (_lock)
            _freed.AddRange(commit.Freed);
    }
}
