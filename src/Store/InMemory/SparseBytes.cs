using System.Collections.Concurrent;

namespace CurveRbd.Store.InMemory;

/// <summary>Bytes of a volume, kept in pages of 4 KiB once they were written; the rest reads as zeros. Safe from any thread.</summary>
internal sealed class SparseBytes
{
    private const int PageSize = 4096;

    private readonly ConcurrentDictionary<ulong, byte[]> _pages = new();

    public ulong Allocated => (ulong)_pages.Count * PageSize;

    public void Read(ulong offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            Span<byte> part = destination[..PartLength(offset, (ulong)destination.Length)];
            if (_pages.TryGetValue(offset / PageSize, out byte[]? page))
                page.AsSpan((int)(offset % PageSize), part.Length).CopyTo(part);
            else
                part.Clear();
            offset += (ulong)part.Length;
            destination = destination[part.Length..];
        }
    }

    public void Write(ulong offset, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            int length = PartLength(offset, (ulong)source.Length);
            byte[] page = _pages.GetOrAdd(offset / PageSize, static _ => new byte[PageSize]);
            source[..length].CopyTo(page.AsSpan((int)(offset % PageSize)));
            offset += (ulong)length;
            source = source[length..];
        }
    }

    public void Zero(ulong offset, ulong length)
    {
        ulong end = offset + length;
        if (length / PageSize > (ulong)_pages.Count)
        {
            foreach (ulong page in _pages.Keys)
                ZeroInPage(page, Math.Max(offset, page * PageSize), Math.Min(end, (page + 1) * PageSize));
            return;
        }

        for (ulong at = offset; at < end;)
        {
            ulong next = Math.Min(end, (at / PageSize + 1) * PageSize);
            ZeroInPage(at / PageSize, at, next);
            at = next;
        }
    }

    /// <summary>The first run of written pages in [offset, end), cut to it.</summary>
    public VolumeExtent? NextData(ulong offset, ulong end)
    {
        ulong? first = _pages.Keys.Where(page => (page + 1) * PageSize > offset && page * PageSize < end)
            .Select(page => (ulong?)page).Min();
        if (first is not { } run)
            return null;

        ulong last = run;
        while ((last + 1) * PageSize < end && _pages.ContainsKey(last + 1))
            last++;
        ulong start = Math.Max(offset, run * PageSize);
        return new VolumeExtent(start, Math.Min(end, (last + 1) * PageSize) - start);
    }

    private static int PartLength(ulong offset, ulong left) => (int)Math.Min(left, PageSize - offset % PageSize);

    private void ZeroInPage(ulong page, ulong from, ulong to)
    {
        if (from >= to)
            return;
        if (to - from == PageSize)
            _pages.TryRemove(page, out _);
        else if (_pages.TryGetValue(page, out byte[]? bytes))
            bytes.AsSpan((int)(from - page * PageSize), (int)(to - from)).Clear();
    }
}
