using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// The fdatasync of one open file. A sync may take long, and many may ask for one: whoever asks while one runs is served by the
/// next, all of them by the same. After a failure nothing can be promised any more: the kernel forgets which pages it lost.
/// </summary>
internal sealed class SharedSync(VolumeFile file)
{
    private readonly Lock _lock = new();

    // In the queue at most once; its waiters hold the file.
    private readonly IoOperation _run = IoOperation.ForAllWaiters(file);
    private IoOperation? _waiting;
    private bool _isScheduled;
    private StorageException? _failure;

    public ValueTask RequestAsync()
    {
        IoOperation waiter = IoOperation.Range(file, IoKind.Sync, 0, 0);
        ValueTask task = waiter.Task;
        bool isFirst;
        lock (_lock)
        {
            waiter.Next = _waiting;
            _waiting = waiter;
            isFirst = !_isScheduled;
            _isScheduled = true;
        }

        if (isFirst)
            IoQueue.Shared.Add(_run);
        return task;
    }

    /// <summary>One sync, for all who have asked so far.</summary>
    public void Run()
    {
        IoOperation? served = TakeWaiting();
        StorageException? failure = Sync();
        bool isAgain;
        lock (_lock)
            isAgain = _isScheduled = _waiting is not null;
        if (isAgain)
            IoQueue.Shared.Add(_run);
        Complete(served, failure);
    }

    private IoOperation? TakeWaiting()
    {
        lock (_lock)
        {
            IoOperation? all = _waiting;
            _waiting = null;
            return all;
        }
    }

    private StorageException? Sync()
    {
        if (_failure is not null)
            return _failure;
        try
        {
            file.SyncNow();
        }
        catch (StorageException error)
        {
            _failure = error;
        }

        return _failure;
    }

    private static void Complete(IoOperation? waiters, StorageException? failure)
    {
        while (waiters is { } waiter)
        {
            waiters = waiter.Next;
            waiter.Next = null;
            if (failure is null)
                waiter.Complete(null);
            else
                waiter.Fail(failure);
        }
    }
}
