using System.Threading.Tasks.Sources;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// One request that became several on the volumes: done when all of them are, with the first error. Pooled together with the small
/// objects that watch its parts, so that it costs no memory in the long run.
/// </summary>
internal sealed class FanOut(FanOutPool pool) : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly List<FanOutPart> _parts = [];
    private ManualResetValueTaskSourceCore<bool> _completion;
    private ClusterLocks? _locks;
    private Exception? _error;
    private LayerMap? _map;
    private Region? _region;
    private ulong _offset;
    private IoVector _buffer;
    private int _partsUsed;
    private int _pending;

    /// <summary>The hold that a write has while it is in flight.</summary>
    public ClusterHold Hold { get; } = new();

    /// <summary>The pool's list.</summary>
    public FanOut? Next { get; set; }

    /// <param name="locks">Where <see cref="Hold"/> is to be given up in the end; null if it is not used.</param>
    public void Begin(ClusterLocks? locks)
    {
        _locks = locks;
        _error = null;
        _partsUsed = 0;
        _pending = 1;
        _completion.Reset();
    }

    /// <summary>Adds the pieces that a range of a region lies in.</summary>
    public void AddReads(LayerMap map, Region region, ulong offset, IoVector buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            LayerExtent piece = map.Find(region, offset + (uint)done, buffer.Length - done);
            AddRead(piece, buffer.Slice(done, piece.Length));
            done += piece.Length;
        }
    }

    /// <summary>
    /// Reads a range of a region on another thread: each piece may be copied at once, and all of them together take long.
    /// </summary>
    /// <param name="region">Pinned; it is unpinned.</param>
    public ValueTask ReadElsewhere(LayerMap map, Region region, ulong offset, IoVector buffer)
    {
        (_map, _region, _offset, _buffer) = (map, region, offset, buffer);
        short token = _completion.Version;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return new ValueTask(this, token);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Region region = _region!;
        try
        {
            AddReads(_map!, region, _offset, _buffer);
        }
        catch (Exception error)
        {
            Note(error);
        }

        (_map, _region, _buffer) = (null, null, default);
        region.Unpin();
        FinishOne();
    }

    public void AddWrite(LayerExtent extent, IoVector data)
    {
        try
        {
            Add(extent.WriteAsync(data));
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <summary>All parts have been added.</summary>
    public ValueTask End()
    {
        short token = _completion.Version;
        FinishOne();
        return new ValueTask(this, token);
    }

    public void OnPartDone(ValueTask operation)
    {
        try
        {
            operation.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            Note(error);
        }

        FinishOne();
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        try
        {
            _completion.GetResult(token);
        }
        finally
        {
            pool.GiveBack(this);
        }
    }

    private void AddRead(LayerExtent extent, IoVector buffer)
    {
        try
        {
            Add(extent.ReadAsync(buffer));
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    private void Add(ValueTask operation)
    {
        if (operation.IsCompleted)
        {
            operation.GetAwaiter().GetResult();
            return;
        }

        if (_partsUsed == _parts.Count)
            _parts.Add(new FanOutPart(this));
        Interlocked.Increment(ref _pending);
        _parts[_partsUsed++].Watch(operation);
    }

    private void Note(Exception error) => Interlocked.CompareExchange(ref _error, error, null);

    private void FinishOne()
    {
        if (Interlocked.Decrement(ref _pending) > 0)
            return;
        _locks?.Exit(Hold);
        if (_error is { } error)
            _completion.SetException(error);
        else
            _completion.SetResult(true);
    }
}
