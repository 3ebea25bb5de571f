using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// Records in SQLite. Calls run on the caller's thread: a read takes microseconds, a commit of lasting records one fsync. The store's
/// owner closes it, not who uses it.
/// </summary>
internal sealed class LocalRecords : IRecordStore
{
    private readonly string _path;
    private readonly SessionLocks _sessions;
    private readonly RecordReader _reader;
    private readonly RecordWriter? _writer;
    private readonly ChangeFeed _feed;
    private long _lastReadOnlySession = ((long)Environment.ProcessId << 32) | (1L << 62);

    /// <param name="writer">null: the store is read-only.</param>
    public LocalRecords(string path, SessionLocks sessions, RecordReader reader, RecordWriter? writer)
    {
        _path = path;
        _sessions = sessions;
        _reader = reader;
        _writer = writer;
        _feed = new ChangeFeed(reader, RemoveDeadRecords);
    }

    public ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Record? found = _reader.Get(key);
        if (found is null || IsAlive(found))
            return new(found);
        TryRemoveRecords([found.Session]);
        return new((Record?)null);
    }

    public ValueTask<IReadOnlyList<Record>> RangeAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var dead = new HashSet<long>();
        IReadOnlyList<Record> found = _reader.Range(prefix, after ?? "", limit, record => IsAlive(record, dead));
        if (dead.Count > 0)
            TryRemoveRecords(dead);
        return new(found);
    }

    public ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordCommit commit = Writer().Commit(transaction);
        _feed.Notice();
        return new(commit);
    }

    public ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new LocalSession(this, _writer?.OpenSession() ?? OpenReadOnlySession()));
    }

    public ValueTask<IAsyncDisposable> WatchAsync(string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_feed.Add(prefix, handler));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Close()
    {
        _feed.Dispose();
        foreach (long session in _sessions.Own)
            EndSession(session);
        _writer?.Dispose();
        _reader.Dispose();
        _sessions.Dispose();
    }

    internal void EndSession(long session)
    {
        // The records first: without its lock they would be anybody's to remove, at any time.
        if (_sessions.IsOwn(session) && HoldsRecords(session))
            TryRemoveRecords([session]);
        _sessions.Remove(session);
    }

    private RecordWriter Writer() =>
        _writer ?? throw new StorageException(Errno.EROFS, $"records in {_path} can't be written: the directory, the file or the file system is read-only for this process");

    private bool HoldsRecords(long session)
    {
        try
        {
            return _reader.HoldsRecords(session);
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private bool IsAlive(Record record, HashSet<long> dead)
    {
        bool isAlive = !dead.Contains(record.Session) && IsAlive(record);
        if (!isAlive)
            dead.Add(record.Session);
        return isAlive;
    }

    private bool IsAlive(Record record) => record.Session == 0 || _sessions.IsAlive(record.Session);

    private void RemoveDeadRecords()
    {
        long[] dead = [.. _reader.Sessions().Where(session => !_sessions.IsAlive(session))];
        if (dead.Length > 0)
            TryRemoveRecords(dead);
    }

    // Nobody is shown the records of a dead session; that they are still there harms nobody until the next one notices.
    private void TryRemoveRecords(IEnumerable<long> sessions)
    {
        try
        {
            _writer?.RemoveRecords(sessions);
            _feed.Notice();
        }
        catch (StorageException)
        {
        }
    }

    // It can hold no records, so nobody asks whether it lives.
    private long OpenReadOnlySession()
    {
        long session = Interlocked.Increment(ref _lastReadOnlySession);
        _sessions.Add(session);
        return session;
    }
}
