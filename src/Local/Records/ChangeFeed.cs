using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// Tells watches of changes, own ones at once, those of other processes by asking now and then whether the database has changed.
/// One thread, started with the first watch; while nobody watches it sleeps.
/// </summary>
internal sealed class ChangeFeed(RecordReader reader, Action removeDeadRecords) : IDisposable
{
    private const int ChangesAtOnce = 256;

    // Changes come in groups: after one, the next is noticed sooner.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_pauseAfterChange = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_attention = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_sweepPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private volatile LocalWatch[] _watches = [];
    private volatile bool _isStopped;
    private Thread? _thread;
    private long _last;
    private long _version;
    private long _lastChangeTime;
    private long _lastSweepTime;

    public LocalWatch Add(string prefix, Action<RecordEvent> handler)
    {
        var watch = new LocalWatch(this, prefix, handler);
        lock (_lock)
        {
            watch.Start = reader.LastChange();
            if (_watches.Length == 0)
                _last = Math.Max(_last, watch.Start);
            _watches = [.. _watches, watch];
            if (_thread is null)
                StartThread();
            else if (_watches.Length == 1)
                _wake.Set();
        }

        return watch;
    }

    public void Remove(LocalWatch watch)
    {
        lock (_lock)
            _watches = [.. _watches.Where(other => other != watch)];
    }

    /// <summary>This process has changed something.</summary>
    public void Notice()
    {
        if (_watches.Length > 0)
            _wake.Set();
    }

    public void Dispose()
    {
        _isStopped = true;
        _wake.Set();
        if (_thread == Thread.CurrentThread)
            return;
        _thread?.Join();
        _wake.Dispose();
    }

    private void StartThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "rbd-records" };
        _thread.UnsafeStart();
    }

    private void Run()
    {
        HostSignals.BlockInThisThread();
        TimeSpan pause = s_pause;
        while (true)
        {
            bool isNoticed = _wake.WaitOne(_watches.Length == 0 ? Timeout.InfiniteTimeSpan : pause);
            if (_isStopped)
                return;
            pause = TryLook(isNoticed) ? NextPause() : s_pauseAfterFailure;
        }
    }

    // A failure here is one of the disk or of the lock; whoever uses the store hears of it, and nothing is lost: the log is read
    // from where it was left.
    private bool TryLook(bool isNoticed)
    {
        try
        {
            Look(isNoticed);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private TimeSpan NextPause() => Stopwatch.GetElapsedTime(_lastChangeTime) < s_attention ? s_pauseAfterChange : s_pause;

    private void Look(bool isNoticed)
    {
        long version = reader.Version();
        if (isNoticed || version != _version)
        {
            _lastChangeTime = Stopwatch.GetTimestamp();
            while (DeliverSome())
            {
            }

            _version = version;
        }

        if (Stopwatch.GetElapsedTime(_lastSweepTime) < s_sweepPause)
            return;
        _lastSweepTime = Stopwatch.GetTimestamp();
        removeDeadRecords();
    }

    /// <returns>true: there may be more.</returns>
    private bool DeliverSome()
    {
        IReadOnlyList<RecordedChange> changes = reader.Changes(_last, ChangesAtOnce);
        if (changes.Count == 0)
            return false;

        // Read first, then look who watches: a watch that is added in between starts behind these changes.
        LocalWatch[] watches;
        bool isGap;
        lock (_lock)
        {
            watches = _watches;
            isGap = changes[0].Sequence != _last + 1;
            _last = changes[^1].Sequence;
        }

        foreach (LocalWatch watch in watches)
            Deliver(watch, changes, isGap);
        return true;
    }

    private static void Deliver(LocalWatch watch, IReadOnlyList<RecordedChange> changes, bool isGap)
    {
        if (isGap && changes[0].Sequence > watch.Start + 1)
            watch.OfferGap();
        foreach (RecordedChange change in changes)
            watch.Offer(change);
    }
}
