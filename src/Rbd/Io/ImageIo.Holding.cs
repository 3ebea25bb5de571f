using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Holding requests back: all of them while the layers change, those that write while another client owns the image, and those that
/// read while it is unknown where the layers are. What is held keeps its place in the order.
/// </summary>
internal sealed partial class ImageIo
{
    private readonly SemaphoreSlim _holder = new(1, 1);
    private TaskCompletionSource? _drained;
    private IoRequest? _unreported; // done, but whether this handle was still the image's writer is unknown
    private StorageException? _refusal;
    private StorageException? _ban;
    private bool _isHolding;
    private volatile bool _isWanted; // something waits since the authority was last asked
    private int _running;

    /// <summary>How many requests that write have been submitted.</summary>
    public long MutationCount => Volatile.Read(ref _mutationCount);

    /// <summary>How many requests the store has finished.</summary>
    public long FinishedCount { get; private set; }

    /// <summary>Whether the store has requests that it has not finished.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_lock)
                return _running > 0;
        }
    }

    /// <summary>Whether requests wait until this handle may write or read.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_lock)
            {
                IoRequest? request = _order.First;
                while (request is { IsWaiting: false })
                    request = request.Later;
                return request is not null;
            }
        }
    }

    /// <summary>
    /// Holds back what comes from now on and what still waits for others, and completes when all that runs is over. One holder at a
    /// time; whoever holds must not wait for another to do so.
    /// </summary>
    public async Task HoldAsync()
    {
        await _holder.WaitAsync().ConfigureAwait(false);
        Task drained;
        lock (_lock)
        {
            _isHolding = true;
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _running == 0 ? Task.CompletedTask : _drained.Task;
        }

        InterruptVisits();
        await drained.ConfigureAwait(false);
    }

    /// <summary>Lets go what <see cref="HoldAsync"/> held back, cut to the image as it is now.</summary>
    /// <param name="size">Of the image, in bytes. What starts beyond it fails with EINVAL.</param>
    public void Release(ulong size)
    {
        IoRequest? ready;
        IoRequest? failed = null;
        lock (_lock)
        {
            _isHolding = false;
            _drained = null;
            ready = Readmit(size, ref failed);
        }

        _holder.Release();
        WantIfWaiting();
        GoOn(failed, ready);
    }

    /// <summary>Fails the requests that wait until this handle may write or read.</summary>
    public void FailWaiting(StorageException error)
    {
        IoRequest? ready = null;
        IoRequest? failed = null;
        lock (_lock)
        {
            for (IoRequest? request = _order.First; request is not null;)
            {
                IoRequest? later = request.Later;
                if (request.IsWaiting)
                {
                    request.IsWaiting = false;
                    request.Blockers = 0;
                    ready = Admit(_order.Remove(request, null), ready);
                    Fail(request, error, ref failed);
                }

                request = later;
            }
        }

        GoOn(failed, ready);
    }

    /// <summary>Reports what was done while it was unknown whether this handle was still the image's writer.</summary>
    /// <param name="error">It was not; null: it was.</param>
    public void Report(StorageException? error)
    {
        IoRequest? unreported;
        lock (_lock)
        {
            unreported = _unreported;
            _unreported = null;
        }

        for (IoRequest? request = unreported; error is not null && request is not null; request = request.Next)
            request.Error = Explain(request, error);
        GoOn(unreported, null);
    }

    /// <summary>Fails every request from now on, also those that wait to write.</summary>
    /// <param name="refusal">null: not any more.</param>
    public void Refuse(StorageException? refusal)
    {
        lock (_lock)
            _refusal = refusal;
        if (refusal is null)
            return;
        FailWaiting(refusal);
        Report(refusal);
    }

    /// <summary>As <see cref="Refuse"/>, and before it: this client may do nothing any more.</summary>
    public void Ban(StorageException? ban)
    {
        lock (_lock)
            _ban = ban;
        if (ban is not null)
            FailWaiting(ban);
    }

    // Under the lock. Only requests that do not run are in the order while requests are held.
    private IoRequest? Readmit(ulong size, ref IoRequest? failed)
    {
        IoRequest? ready = null;
        IoRequest? last = null;
        for (IoRequest? request = _order.TakeAll(); request is not null;)
        {
            IoRequest? later = request.Later;
            request.Next = null;
            request.IsWaiting = false;
            if ((_ban ?? _refusal) is { } refusal && request.Kind != IoKind.Barrier)
                Fail(request, refusal, ref failed);
            else if (!request.TryFit(size, _blockSize))
                Fail(request, new StorageException(Errno.EINVAL, $"it starts past the end at {size}"), ref failed);
            else if (Enter(request))
            {
                if (last is null)
                    ready = request;
                else
                    last.Next = request;
                last = request;
            }

            request = later;
        }

        return ready;
    }

    /// <summary>Under the lock: puts a request in the order.</summary>
    /// <returns>true: it runs from now on.</returns>
    private bool Enter(IoRequest request)
    {
        bool isFree = _order.Add(request);
        if (_isHolding || !isFree && !MustWait(request))
            return false;
        return Start(request);
    }

    /// <summary>Under the lock: begins a request that waits for no other one, unless it may not write now.</summary>
    private bool Start(IoRequest request)
    {
        if (MustWait(request))
        {
            PutOff(request);
            return false;
        }

        _running++;
        return true;
    }

    /// <summary>Under the lock: what of a chain of requests that wait for nothing may run, before <paramref name="ready"/>.</summary>
    private IoRequest? Admit(IoRequest? freed, IoRequest? ready)
    {
        IoRequest? first = null;
        IoRequest? last = null;
        while (freed is not null)
        {
            IoRequest request = freed;
            freed = request.Next;
            request.Next = null;
            if (_isHolding || !Start(request))
                continue;
            if (last is null)
                first = request;
            else
                last.Next = request;
            last = request;
        }

        if (last is null)
            return ready;
        last.Next = ready;
        return first;
    }

    private bool MustWait(IoRequest request) => request.Kind switch
    {
        IoKind.Read or IoKind.Visit => !Authority.MayRead,
        IoKind.Flush => !Authority.MayFlush,
        _ => request.IsMutation && !Authority.MayBegin,
    };

    /// <summary>Under the lock: whether a request that is over has to be done again, because what it read may not have been true.</summary>
    private bool IsToBeRepeated(IoRequest request)
    {
        bool isUntrue = request.Error is UncertainReadException
            || ((request.Kind == IoKind.Read || request.Mismatch >= 0) && !Authority.MayRead);
        if (!isUntrue || (_ban ?? _refusal) is not { } refusal)
            return isUntrue;
        request.Error = refusal;
        return false;
    }

    /// <summary>Under the lock: a request that ran keeps its place in the order, and waits to begin anew.</summary>
    private void PutBack(IoRequest request)
    {
        request.Error = null;
        request.Mismatch = -1;
        PutOff(request);
    }

    private void PutOff(IoRequest request)
    {
        request.IsWaiting = true;
        request.Blockers++;
        _isWanted = true;
    }

    private void KeepUnreported(IoRequest request)
    {
        request.Next = _unreported;
        _unreported = request;
        _isWanted = true;
    }

    private void WantIfWaiting()
    {
        if (!_isWanted)
            return;
        _isWanted = false;
        Authority.Want();
    }

    private void Fail(IoRequest request, StorageException error, ref IoRequest? failed)
    {
        request.Error = Explain(request, error);
        request.Next = failed;
        failed = request;
    }

    // Elsewhere: what continues after a request may take its time, and whoever lets requests go has other things to do.
    private void GoOn(IoRequest? done, IoRequest? ready)
    {
        if (done is not null || ready is not null)
            ThreadPool.UnsafeQueueUserWorkItem(chains => GoOnHere(chains.done, chains.ready), (done, ready), preferLocal: false);
    }

    private void GoOnHere(IoRequest? done, IoRequest? ready)
    {
        while (done is { } request)
        {
            done = request.Next;
            request.Next = null;
            request.Complete();
        }

        Run(ready);
    }
}
