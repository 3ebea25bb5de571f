namespace CurveRbd.Rbd;

/// <summary>Regions at rest, with their arrays: a reader that needs another table block each time leaves no garbage.</summary>
internal sealed class RegionPool
{
    private const int PooledMax = 32; // an eviction comes with each load, so a few suffice

    private readonly Lock _lock = new();
    private readonly Stack<Region> _resting = new(PooledMax);

    /// <summary>An empty region that nobody else can find.</summary>
    public Region Rent(uint index)
    {
        Region? region;
        lock (_lock)
            _resting.TryPop(out region);
        region ??= new Region();
        region.Reset(index);
        return region;
    }

    /// <summary>Nobody else has it any more.</summary>
    public void GiveBack(Region region)
    {
        lock (_lock)
        {
            if (_resting.Count < PooledMax)
                _resting.Push(region);
        }
    }
}
