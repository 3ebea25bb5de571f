namespace CurveRbd.Store.InMemory;

/// <summary>Records that live as long as this object, with the semantics every record store has.</summary>
public sealed class MemoryRecords : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Record> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<long, MemorySession> _sessions = [];
    private readonly List<MemoryWatch> _watches = [];
    private readonly HashSet<long> _silent = [];
    private long _revision;
    private long _lastSession;

    /// <summary>What goes wrong in a test; null = nothing.</summary>
    public StoreFaults? Faults { get; set; }

    public ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(GetAsync));
        lock (_lock)
            return new(_records.GetValueOrDefault(key));
    }

    public ValueTask<IReadOnlyList<Record>> RangeAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(RangeAsync));
        lock (_lock)
        {
            IEnumerable<Record> found = _records.Values.Where(record =>
                record.Key.StartsWith(prefix, StringComparison.Ordinal) &&
                (after is null || string.CompareOrdinal(record.Key, after) > 0));
            return new([.. limit > 0 ? found.Take(limit) : found]);
        }
    }

    public ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(CommitAsync));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (RecordCondition condition in transaction.Conditions)
            {
                if ((_records.GetValueOrDefault(condition.Key)?.Revision ?? 0) != condition.Revision)
                    return new(new RecordCommit(Succeeded: false, _revision));
            }

            foreach (RecordChange change in transaction.Changes)
            {
                if (change.Session != 0 && !_sessions.ContainsKey(change.Session))
                    throw new StorageException(Errno.ESHUTDOWN, $"'{change.Key}' is to live in session {change.Session}, which has ended");
            }

            Apply(transaction.Changes);
            return new(new RecordCommit(Succeeded: true, _revision));
        }
    }

    public ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(OpenSessionAsync));
        lock (_lock)
        {
            var session = new MemorySession(this, ++_lastSession);
            _sessions.Add(session.Id, session);
            return new(session);
        }
    }

    public ValueTask<bool> IsSilentAsync(long session, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(IsSilentAsync));
        lock (_lock)
            return new(_silent.Contains(session) && _sessions.ContainsKey(session));
    }

    public ValueTask<IAsyncDisposable> WatchAsync(string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(WatchAsync));
        lock (_lock)
        {
            var watch = new MemoryWatch(this, prefix, handler);
            _watches.Add(watch);
            return new(watch);
        }
    }

    /// <summary>From now on its holder gives no sign of life; its records stay.</summary>
    public void Silence(long session)
    {
        lock (_lock)
            _silent.Add(session);
    }

    /// <summary>Gives a session up although its holder lives, as a store does that has not heard of it for too long.</summary>
    public void LoseSession(long id)
    {
        MemorySession session;
        lock (_lock)
            session = _sessions[id];
        session.Lose();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal void EndSession(long session)
    {
        lock (_lock)
        {
            if (_sessions.Remove(session))
                Apply([.. _records.Values.Where(record => record.Session == session).Select(record => new RecordChange(record.Key, null, 0))]);
        }
    }

    internal void Forget(MemoryWatch watch)
    {
        lock (_lock)
            _watches.Remove(watch);
    }

    private void Apply(IReadOnlyList<RecordChange> changes)
    {
        if (changes.Count == 0)
            return;
        _revision++;
        foreach (RecordChange change in changes)
        {
            Record? put = change.Value is { } value
                ? new Record(change.Key, value.ToArray(), _revision, change.Session)
                : null;
            bool isChanged = put is not null || _records.ContainsKey(change.Key);
            if (put is null)
                _records.Remove(change.Key);
            else
                _records[change.Key] = put;
            if (!isChanged)
                continue;
            foreach (MemoryWatch watch in _watches)
                watch.Offer(new RecordEvent(change.Key, put));
        }
    }
}
