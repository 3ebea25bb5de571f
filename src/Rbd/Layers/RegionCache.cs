using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CurveRbd.Rbd;

/// <summary>
/// The regions in memory: loaded on demand, looked up without a lock, and evicted (second chance) when they weigh more than the
/// limit. Pinned ones stay.
/// </summary>
/// <param name="bytesMax">Weight that is kept, in bytes; pinned regions may exceed it for as long as they are pinned.</param>
internal sealed class RegionCache(Func<uint, Task<Region>> load, long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<uint, Region> _regions = new();
    private readonly Dictionary<uint, Task> _loading = [];
    private readonly Queue<Region> _clock = new();
    private long _bytes;
    private long _generation;

    /// <summary>Weight of what is kept, in bytes.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    /// <summary>A region to look at. One to change must be pinned.</summary>
    public bool TryGet(uint index, [NotNullWhen(true)] out Region? region)
    {
        if (!_regions.TryGetValue(index, out region))
            return false;
        region.IsTouched = true;
        return true;
    }

    /// <summary>Loads the region if need be. The caller unpins it.</summary>
    public async ValueTask<Region> PinAsync(uint index)
    {
        while (true)
        {
            Task loading;
            TaskCompletionSource? mine = null;
            lock (_lock)
            {
                if (TryGet(index, out Region? region))
                {
                    region.Pin();
                    return region;
                }

                if (!_loading.TryGetValue(index, out loading!))
                {
                    mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _loading[index] = loading = mine.Task;
                }
            }

            if (mine is null)
                await loading.ConfigureAwait(false);
            else
                await LoadAsync(index, mine).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets all that is not pinned.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _generation++;
            for (int left = _clock.Count; left > 0; left--)
                EvictUnless(_clock.Dequeue(), isKept: false);
        }
    }

    /// <summary>Forgets a region, pinned or not: it is out of date. Whoever has it pinned still may look at it.</summary>
    public void Forget(Region region)
    {
        lock (_lock)
        {
            if (_regions.TryRemove(KeyValuePair.Create(region.Index, region)))
                Reweigh(region, 0);
        }
    }

    /// <summary>All regions in memory, in no order.</summary>
    public IEnumerable<Region> Regions => _regions.Values;

    /// <summary>Notices that a region has become heavier.</summary>
    public void Charge(Region region)
    {
        lock (_lock)
            Reweigh(region, region.Weight);
    }

    private async Task LoadAsync(uint index, TaskCompletionSource loaded)
    {
        long generation = Volatile.Read(ref _generation);
        try
        {
            Region region = await load(index).ConfigureAwait(false);
            lock (_lock)
            {
                _loading.Remove(index);
                if (generation == _generation)
                    Keep(region);
            }

            loaded.SetResult();
        }
        catch (Exception error)
        {
            lock (_lock)
                _loading.Remove(index);
            loaded.SetException(error);
            _ = loaded.Task.Exception; // nobody else may be waiting
            throw;
        }
    }

    private void Keep(Region region)
    {
        _regions[region.Index] = region;
        _clock.Enqueue(region);
        Reweigh(region, region.Weight);
        for (int left = 2 * _clock.Count; left > 0 && _bytes > bytesMax; left--)
        {
            Region candidate = _clock.Dequeue();
            EvictUnless(candidate, isKept: candidate.IsTouched || candidate == region);
        }
    }

    private void EvictUnless(Region region, bool isKept)
    {
        region.IsTouched = false;
        if (!_regions.TryGetValue(region.Index, out Region? current) || current != region)
            return; // forgotten already
        if (isKept || region.IsPinned)
        {
            _clock.Enqueue(region);
            Reweigh(region, region.Weight);
            return;
        }

        _regions.TryRemove(region.Index, out _);
        Reweigh(region, 0);
    }

    private void Reweigh(Region region, int weight)
    {
        _bytes += weight - region.ChargedBytes;
        region.ChargedBytes = weight;
    }
}
