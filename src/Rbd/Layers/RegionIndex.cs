namespace CurveRbd.Rbd;

/// <summary>Finds regions by their number, without a lock; whoever sets one holds the cache's.</summary>
internal sealed class RegionIndex
{
    private const int PageLength = 1024; // 64 GiB of the image

    private Region?[]?[] _pages = [];

    public Region? this[uint index]
    {
        get
        {
            Region?[]?[] pages = Volatile.Read(ref _pages);
            uint page = index / PageLength;
            return page < (uint)pages.Length && Volatile.Read(ref pages[page]) is { } regions
                ? Volatile.Read(ref regions[index % PageLength])
                : null;
        }

        set
        {
            var page = (int)(index / PageLength);
            if (page >= _pages.Length)
            {
                Region?[]?[] longer = _pages;
                Array.Resize(ref longer, Math.Max(page + 1, 2 * _pages.Length));
                Volatile.Write(ref _pages, longer);
            }

            if (_pages[page] is not { } regions)
                Volatile.Write(ref _pages[page], regions = new Region?[PageLength]);
            Volatile.Write(ref regions[index % PageLength], value);
        }
    }
}
