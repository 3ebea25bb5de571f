using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CurveRbd.Rbd;

/// <summary>
/// The regions in memory: loaded on demand, looked up without a lock, and evicted (second chance) when they weigh more than the
/// limit. Pinned ones stay; evicted ones are used again for others.
/// </summary>
/// <param name="load">Fills an empty region.</param>
/// <param name="bytesMax">Weight that is kept, in bytes; pinned regions may exceed it for as long as they are pinned.</param>
internal sealed class RegionCache(Func<Region, ValueTask> load, long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly RegionIndex _regions = new();
    private readonly Dictionary<uint, TaskCompletionSource?> _loading = []; // null: nobody else waits for it
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

    /// <summary>Regions that may be taken for others.</summary>
    public RegionPool Pool { get; } = new();

    /// <summary>Pins the region if it is in memory. The caller unpins it, before anybody hears that the request is done.</summary>
    public bool TryPin(uint index, [NotNullWhen(true)] out Region? region)
    {
        region = _regions[index];
        if (region is null || !region.TryPin(index))
            return false;
        region.IsTouched = true;
        return true;
    }

    /// <summary>Loads the region if need be. The caller unpins it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Region> PinAsync(uint index)
    {
        while (true)
        {
            if (TryPin(index, out Region? region))
                return region;
            if (TryBeginLoad(index, out Task? others))
                await LoadAsync(index).ConfigureAwait(false);
            else
                await others.ConfigureAwait(false);
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

    /// <summary>Forgets a region that the caller has pinned: it is out of date. Whoever has it pinned still may look at it.</summary>
    public void Forget(Region region)
    {
        lock (_lock)
        {
            if (_regions[region.Index] != region)
                return;
            _regions[region.Index] = null;
            Reweigh(region, 0);
        }
    }

    /// <summary>Notices that a region has become heavier.</summary>
    public void Charge(Region region)
    {
        lock (_lock)
        {
            if (_regions[region.Index] == region)
                Reweigh(region, region.Weight);
        }
    }

    /// <returns>true: the caller is to load it. Otherwise others do, or did, and it is to be looked for again after that.</returns>
    private bool TryBeginLoad(uint index, [NotNullWhen(false)] out Task? others)
    {
        others = null;
        lock (_lock)
        {
            if (_regions[index] is not null)
            {
                others = Task.CompletedTask;
                return false;
            }

            if (_loading.TryAdd(index, null))
                return true;
            TaskCompletionSource waiting = _loading[index] ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            others = waiting.Task;
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LoadAsync(uint index)
    {
        long generation = Volatile.Read(ref _generation);
        Region region = Pool.Rent(index);
        try
        {
            await load(region).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (EndLoad(region, null) is { } failed)
            {
                failed.SetException(error);
                _ = failed.Task.Exception; // whoever waits may have gone
            }

            throw;
        }

        EndLoad(region, generation)?.SetResult();
    }

    /// <param name="generation">In which it was loaded; null: in vain.</param>
    private TaskCompletionSource? EndLoad(Region region, long? generation)
    {
        lock (_lock)
        {
            _loading.Remove(region.Index, out TaskCompletionSource? waiting);
            if (generation == _generation)
                Keep(region);
            else
                Pool.GiveBack(region);
            return waiting;
        }
    }

    private void Keep(Region region)
    {
        _regions[region.Index] = region;
        region.Publish();
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
        if (_regions[region.Index] != region)
            return; // forgotten already
        if (isKept || !region.TryRetire())
        {
            _clock.Enqueue(region);
            Reweigh(region, region.Weight);
            return;
        }

        _regions[region.Index] = null;
        Reweigh(region, 0);
        Pool.GiveBack(region);
    }

    private void Reweigh(Region region, int weight)
    {
        _bytes += weight - region.ChargedBytes;
        region.ChargedBytes = weight;
    }
}
