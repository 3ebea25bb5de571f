using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>The bytes of a volume as readers see them and as they are on the disk.</summary>
internal sealed class CrashVolume(CrashStore store, string name, ulong size)
{
    // Granularity of the holes that are reported; a real store's is coarser.
    private const int PageSize = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, byte[]> _pages = [];
    private readonly Dictionary<ulong, List<byte[]>> _sectors = []; // unflushed: first what is durable, then each write
    private readonly int _sectorSize = Math.Max(512, store.Limits.BlockSize);

    public VolumePath Path => new("pool", name, "owner");

    public ulong Size { get; private set; } = size;

    public CrashStore Store => store;

    public long BytesWritten { get; private set; }

    public void Read(ulong offset, IoVector buffer)
    {
        Check(offset, (ulong)buffer.Length);
        Crash(store.OnCall());
        var bytes = new byte[buffer.Length];
        lock (_lock)
            Copy(offset, bytes);
        buffer.CopyFrom(bytes);
    }

    public void Write(ulong offset, IoVector data)
    {
        Check(offset, (ulong)data.Length);
        var bytes = new byte[data.Length];
        data.CopyTo(bytes);
        bool crashes;
        try
        {
            crashes = store.OnCall();
        }
        catch (StorageException) when (store.Random.Next(2) == 0)
        {
            lock (_lock)
                Write(offset, bytes, store.Limits.WritesAreDurable); // there, what can be read has been agreed upon
            throw;
        }

        lock (_lock)
            Write(offset, bytes, isDurable: store.Limits.WritesAreDurable && !crashes);
        Crash(crashes);
    }

    public void Zero(ulong offset, ulong length)
    {
        Check(offset, length);
        bool crashes = store.OnCall();
        ulong end = offset + length;
        lock (_lock)
        {
            ulong[] pages = [.. _pages.Keys.Where(page => page * PageSize < end && (page + 1) * PageSize > offset)];
            foreach (ulong page in pages)
            {
                ulong start = Math.Max(offset, page * PageSize);
                var zeros = new byte[Math.Min(end, (page + 1) * PageSize) - start];
                Write(start, zeros, isDurable: store.Limits.WritesAreDurable && !crashes);
            }
        }

        Crash(crashes);
    }

    public void Flush()
    {
        bool crashes = store.OnCall();
        lock (_lock)
        {
            if (!crashes)
                _sectors.Clear();
        }

        Crash(crashes);
    }

    public VolumeExtent? NextData(ulong offset, ulong end)
    {
        Crash(store.OnCall());
        lock (_lock)
        {
            ulong? first = null;
            foreach (ulong page in _pages.Keys)
            {
                if (page * PageSize < end && (page + 1) * PageSize > offset && (first is null || page < first))
                    first = page;
            }

            if (first is not { } found)
                return null;
            ulong start = Math.Max(offset, found * PageSize);
            return new VolumeExtent(start, Math.Min(end, (found + 1) * PageSize) - start);
        }
    }

    public void Resize(ulong newSize)
    {
        Assert.Equal(store.Limits.RoundUp(newSize), newSize);
        Assert.True(newSize >= Size || store.Limits.CanShrink);
        Crash(store.OnCall());
        Size = newSize;
    }

    public void LoseWrites()
    {
        foreach ((ulong sector, List<byte[]> versions) in _sectors)
            Put(sector * (ulong)_sectorSize, versions[store.Random.Next(versions.Count)]);
        _sectors.Clear();
    }

    private static void Crash(bool crashes)
    {
        if (crashes)
            throw new MachineCrashedException();
    }

    private void Check(ulong offset, ulong length)
    {
        ulong blockSize = (ulong)store.Limits.BlockSize;
        Assert.True(offset % blockSize == 0 && length % blockSize == 0, $"{offset}+{length} is not aligned to {blockSize}");
        Assert.True(offset + length <= Size, $"{offset}+{length} lies outside volume {name} of {Size}");
    }

    private void Write(ulong offset, ReadOnlySpan<byte> bytes, bool isDurable)
    {
        BytesWritten += bytes.Length;
        ulong firstSector = offset / (ulong)_sectorSize;
        ulong lastSector = (offset + (ulong)bytes.Length - 1) / (ulong)_sectorSize;
        if (!isDurable)
            Remember(firstSector, lastSector, isFirst: true);
        Put(offset, bytes);
        if (isDurable)
            Settle(firstSector, lastSector);
        else
            Remember(firstSector, lastSector, isFirst: false);
    }

    // What is durable on its own leaves no choice between what was before. Writes are of whole sectors on such a store.
    private void Settle(ulong firstSector, ulong lastSector)
    {
        for (ulong sector = firstSector; sector <= lastSector; sector++)
            _sectors.Remove(sector);
    }

    private void Remember(ulong firstSector, ulong lastSector, bool isFirst)
    {
        for (ulong sector = firstSector; sector <= lastSector; sector++)
        {
            if (isFirst && _sectors.ContainsKey(sector))
                continue;
            var content = new byte[_sectorSize];
            Copy(sector * (ulong)_sectorSize, content);
            if (isFirst)
                _sectors[sector] = [];
            _sectors[sector].Add(content);
        }
    }

    private void Copy(ulong offset, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int within = (int)(offset % PageSize);
            int count = Math.Min(bytes.Length, PageSize - within);
            if (_pages.TryGetValue(offset / PageSize, out byte[]? page))
                page.AsSpan(within, count).CopyTo(bytes);
            else
                bytes[..count].Clear();
            bytes = bytes[count..];
            offset += (ulong)count;
        }
    }

    private void Put(ulong offset, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int within = (int)(offset % PageSize);
            int count = Math.Min(bytes.Length, PageSize - within);
            if (!_pages.TryGetValue(offset / PageSize, out byte[]? page))
                _pages[offset / PageSize] = page = new byte[PageSize];
            bytes[..count].CopyTo(page.AsSpan(within));
            if (!page.AsSpan().ContainsAnyExcept((byte)0))
                _pages.Remove(offset / PageSize);
            bytes = bytes[count..];
            offset += (ulong)count;
        }
    }
}
