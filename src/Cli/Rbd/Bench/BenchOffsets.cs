namespace CurveRbd.Cli.Rbd;

/// <summary>Where each request of a benchmark goes.</summary>
internal sealed class BenchOffsets
{
    private readonly BenchPlan _plan;
    private readonly ulong _blocks;
    private readonly ulong[] _next;
    private readonly Lock _lock = new();
    private ulong _issued;

    /// <param name="imageSize">At least one request long.</param>
    public BenchOffsets(BenchPlan plan, ulong imageSize)
    {
        _plan = plan;
        _blocks = imageSize / plan.IoSize;
        ulong blocksOfLane = _blocks / (ulong)plan.Lanes;
        _next = [.. Enumerable.Range(0, plan.Lanes).Select(lane => blocksOfLane * (ulong)lane)];
    }

    /// <returns>false when the plan's total is issued.</returns>
    public bool TryTake(int lane, out ulong offset)
    {
        lock (_lock)
        {
            offset = 0;
            if (_issued >= _plan.Total)
                return false;
            _issued += _plan.IoSize;
            offset = NextBlock(lane) * _plan.IoSize;
            return true;
        }
    }

    private ulong NextBlock(int lane)
    {
        if (_plan.Pattern == "rand")
            return (ulong)Random.Shared.NextInt64((long)_blocks);

        // "seq" gives each lane a region of its own; "full-seq" lets all of them walk through the image together.
        int walker = _plan.Pattern == "full-seq" ? 0 : lane;
        ulong block = _next[walker];
        _next[walker] = (block + 1) % _blocks;
        return block;
    }
}
