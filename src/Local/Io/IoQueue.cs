namespace CurveRbd.Local;

/// <summary>
/// The requests of all volumes of the process, first come first served, and the threads that run them. Threads start when they
/// are first needed. At most one of them looks for work at a time: it is woken by whoever adds work while nobody looks, and
/// wakes the next when it has found some and more is left.
/// </summary>
internal sealed class IoQueue
{
    // Each holds one request at the disk; the page cache needs one or two. Stacks are touched as far as they are used.
    private const int ThreadsMax = 8;

    private readonly Lock _lock = new();
    private readonly IoThread[] _idle = new IoThread[ThreadsMax];
    private volatile IoOperation? _first;
    private IoOperation? _last;
    private int _idleCount;
    private int _threadCount;
    private int _searchingCount;

    public static IoQueue Shared { get; } = new();

    public bool IsEmpty => _first is null;

    public void Add(IoOperation operation)
    {
        IoThread? summoned;
        lock (_lock)
        {
            if (_first is null)
                _first = operation;
            else
                _last!.Next = operation;
            _last = operation;
            summoned = Summon();
        }

        Wake(summoned);
    }

    /// <param name="isSearching">Whether the calling thread is the one that looks for work; kept up to date.</param>
    /// <returns>null when there is none; the caller then looks for work, or sleeps.</returns>
    public IoOperation? Take(ref bool isSearching)
    {
        IoOperation? taken;
        IoThread? summoned;
        lock (_lock)
        {
            taken = _first;
            SetSearching(ref isSearching, taken is null);
            if (taken is null)
                return null;
            _first = taken.Next;
            taken.Next = null;
            summoned = Summon();
        }

        Wake(summoned);
        return taken;
    }

    /// <returns>false: work has come, take it.</returns>
    public bool TrySleep(IoThread thread, ref bool isSearching)
    {
        lock (_lock)
        {
            if (_first is not null)
                return false;
            SetSearching(ref isSearching, false);
            thread.PrepareToSleep();
            _idle[_idleCount++] = thread;
            return true;
        }
    }

    private void SetSearching(ref bool isSearching, bool value)
    {
        if (isSearching != value)
            _searchingCount += value ? 1 : -1;
        isSearching = value;
    }

    // Under the lock. The thread that slept last has the warmest stack.
    private IoThread? Summon()
    {
        if (_searchingCount > 0 || _first is null)
            return null;

        IoThread? thread = null;
        if (_idleCount > 0)
            thread = _idle[--_idleCount];
        else if (_threadCount < ThreadsMax)
            thread = new IoThread(this, _threadCount++);
        if (thread is not null)
            _searchingCount++;
        return thread;
    }

    private void Wake(IoThread? thread)
    {
        if (thread is not null && !thread.TryWake())
            DoWithout();
    }

    // The process may have no more threads. Others will serve the queue; if there are none, this one has to.
    private void DoWithout()
    {
        bool isAlone;
        lock (_lock)
        {
            _searchingCount--;
            _threadCount--;
            isAlone = _threadCount == 0;
        }

        bool isSearching = false;
        while (isAlone && Take(ref isSearching) is { } operation)
            operation.Run();
        lock (_lock)
            SetSearching(ref isSearching, false);
    }
}
