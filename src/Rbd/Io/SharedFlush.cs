using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Flushes a volume for many requests at once: those that come while a flush runs share the next one, because the running one may
/// have begun before their writes were done.
/// </summary>
internal sealed class SharedFlush
{
    private readonly IVolume _volume;
    private readonly Action<IoRequest> _flushed;
    private readonly Action _onFlushDone;
    private readonly Lock _lock = new();
    private IoRequest? _waiting;
    private IoRequest? _running;
    private ValueTask _flush;

    /// <param name="flushed">Gets the chain of requests that a flush has covered, their errors set if it failed.</param>
    public SharedFlush(IVolume volume, Action<IoRequest> flushed)
    {
        _volume = volume;
        _flushed = flushed;
        _onFlushDone = OnFlushDone;
    }

    public void Join(IoRequest request)
    {
        lock (_lock)
        {
            request.Next = _waiting;
            _waiting = request;
            if (_running is not null)
                return;
            TakeWaiting();
        }

        Run();
    }

    // Flushes as long as somebody waits and the store answers at once.
    private void Run()
    {
        do
        {
            ValueTask flush = Begin();
            _flush = flush;
            if (!flush.IsCompleted)
            {
                flush.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onFlushDone);
                return;
            }
        }
        while (EndAndTakeNext());
    }

    private void OnFlushDone()
    {
        if (EndAndTakeNext())
            Run();
    }

    private ValueTask Begin()
    {
        try
        {
            return _volume.FlushAsync();
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    private bool EndAndTakeNext()
    {
        Exception? error = End();
        IoRequest flushed = _running!;
        for (IoRequest? request = flushed; error is not null && request is not null; request = request.Next)
            request.Error = error;

        bool hasNext;
        lock (_lock)
        {
            TakeWaiting();
            hasNext = _running is not null;
        }

        // The next flush may begin on another thread as soon as nobody is running; here it is this thread's.
        _flushed(flushed);
        return hasNext;
    }

    private Exception? End()
    {
        ValueTask flush = _flush;
        _flush = default;
        try
        {
            flush.GetAwaiter().GetResult();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private void TakeWaiting()
    {
        _running = _waiting;
        _waiting = null;
    }
}
