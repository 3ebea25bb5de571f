using CurveRbd.Store;
using SQLitePCL;

namespace CurveRbd.Local;

/// <summary>The connection that writes. SQLite has one writer at a time on a host; others wait, for a bounded time.</summary>
internal sealed class RecordWriter : IDisposable
{
    // Pages in the write-ahead log before a commit moves them into the database: two fsyncs, for some 200 commits that needed
    // none. Every process that opens the store reads the log through, a microsecond or two for a page.
    private const int CheckpointPages = 1000;

    // A watcher in another process that is further behind than that reads its prefix anew.
    private const int ChangesKept = 4096;
    private const int ChangesTrimmedAtOnce = 256;

    private readonly Lock _lock = new();
    private readonly SqliteDatabase _database;
    private readonly SessionLocks _sessions;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _revision;
    private readonly SqliteStatement _nextRevision;
    private readonly SqliteStatement _nextSession;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _log;
    private readonly SqliteStatement _trim;
    private readonly SqliteStatement _ofSession;
    private bool? _isDurable;
    private long _transactionRevision;

    public RecordWriter(SqliteDatabase database, SessionLocks sessions)
    {
        _database = database;
        _sessions = sessions;
        database.Check(raw.sqlite3_wal_autocheckpoint(database.Handle, CheckpointPages));
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _find = database.Prepare("SELECT revision, session FROM records WHERE key = ?1");
        _revision = database.Prepare("SELECT revision FROM store");
        _nextRevision = database.Prepare("UPDATE store SET revision = revision + 1 RETURNING revision");
        _nextSession = database.Prepare("UPDATE store SET session = session + 1 RETURNING session");
        _put = database.Prepare("INSERT OR REPLACE INTO records VALUES(?1, ?2, ?3, ?4)");
        _delete = database.Prepare("DELETE FROM records WHERE key = ?1");
        _log = database.Prepare("INSERT INTO changes(key, value, revision, session) VALUES(?1, ?2, ?3, ?4)");
        _trim = database.Prepare("DELETE FROM changes WHERE sequence <= ?1");
        _ofSession = database.Prepare("SELECT key FROM records WHERE session = ?1 AND session > 0");
    }

    public RecordCommit Commit(RecordTransaction transaction)
    {
        lock (_lock)
        {
            // Asked before the transaction, because durability can't be chosen inside it; checked again inside.
            if (!transaction.Changes.Any(IsLasting) && TryCommit(transaction, isDurable: false) is { } commit)
                return commit;
            return TryCommit(transaction, isDurable: true)!.Value;
        }
    }

    /// <summary>A new session, locked before anybody can see its id.</summary>
    public long OpenSession()
    {
        lock (_lock)
        {
            Begin(isDurable: false);
            long session = 0;
            try
            {
                session = _nextSession.Ask();
                _sessions.Add(session);
                _commit.Run();
                return session;
            }
            catch
            {
                _sessions.Remove(session);
                _database.TryRollBack();
                throw;
            }
        }
    }

    /// <summary>Removes the records of sessions that have ended.</summary>
    public void RemoveRecords(IEnumerable<long> sessions)
    {
        lock (_lock)
        {
            Begin(isDurable: false);
            try
            {
                foreach (long session in sessions)
                    RemoveRecords(session);
                _commit.Run();
            }
            catch
            {
                _database.TryRollBack();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _database.Dispose();
    }

    private bool IsLasting(RecordChange change) => change.Value is null || change.Session != 0
        ? Find(change.Key) is { Session: 0 }
        : true;

    // null: a lasting record would change, but the commit would not be durable.
    private RecordCommit? TryCommit(RecordTransaction transaction, bool isDurable)
    {
        Begin(isDurable);
        try
        {
            RemoveDeadRecords(transaction);
            bool holds = transaction.Conditions.All(condition => (Find(condition.Key)?.Revision ?? 0) == condition.Revision);
            if (holds && !isDurable && transaction.Changes.Any(IsLasting))
            {
                _database.TryRollBack();
                return null;
            }

            if (holds)
                Apply(transaction.Changes);
            var result = new RecordCommit(holds, _revision.Ask());
            _commit.Run();
            return result;
        }
        catch
        {
            _database.TryRollBack();
            throw;
        }
    }

    private void Begin(bool isDurable)
    {
        if (_isDurable != isDurable)
        {
            _database.Execute(isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _isDurable = isDurable;
        }

        _transactionRevision = 0;
        _begin.Run();
    }

    private void RemoveDeadRecords(RecordTransaction transaction)
    {
        IEnumerable<string> keys = transaction.Conditions.Select(condition => condition.Key).Concat(transaction.Changes.Select(change => change.Key));
        foreach (string key in keys)
        {
            if (Find(key) is { Session: > 0 } found && !_sessions.IsAlive(found.Session))
                RemoveRecords(found.Session);
        }
    }

    private void RemoveRecords(long session)
    {
        var keys = new List<string>();
        _ofSession.Bind(1, session);
        while (_ofSession.Step())
            keys.Add(_ofSession.Text(0));
        foreach (string key in keys)
            Delete(key);
    }

    private void Apply(IReadOnlyList<RecordChange> changes)
    {
        foreach (RecordChange change in changes)
        {
            if (change.Value is { } value)
                Put(change.Key, value.Span, change.Session);
            else
                Delete(change.Key);
        }
    }

    private void Put(string key, ReadOnlySpan<byte> value, long session)
    {
        if (session != 0 && !_sessions.IsAlive(session))
            throw new StorageException(Errno.ESHUTDOWN, $"'{key}' is to live in session {session}, which has ended");
        _put.Bind(1, key).Bind(2, value).Bind(3, Revision()).Bind(4, session).Run();
        _log.Bind(2, value);
        Log(key, session);
    }

    private void Delete(string key)
    {
        _delete.Bind(1, key).Run();
        if (raw.sqlite3_changes(_database.Handle) == 0)
            return;
        _log.BindNull(2);
        Log(key, 0);
    }

    private void Log(string key, long session)
    {
        _log.Bind(1, key).Bind(3, Revision()).Bind(4, session).Run();
        long sequence = raw.sqlite3_last_insert_rowid(_database.Handle);
        if (sequence % ChangesTrimmedAtOnce == 0)
            _trim.Bind(1, sequence - ChangesKept).Run();
    }

    // One for all changes of a transaction.
    private long Revision() => _transactionRevision == 0 ? _transactionRevision = _nextRevision.Ask() : _transactionRevision;

    private (long Revision, long Session)? Find(string key)
    {
        (long, long)? found = _find.Bind(1, key).Step() ? (_find.Integer(0), _find.Integer(1)) : null;
        _find.Reset();
        return found;
    }
}
