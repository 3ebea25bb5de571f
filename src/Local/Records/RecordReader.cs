using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>The connection that reads. One at a time; nothing here waits for a disk but for pages that are not cached.</summary>
internal sealed class RecordReader : IDisposable
{
    // Sorts behind every ASCII key.
    private const string Last = "\U0010FFFF";

    private readonly Lock _lock = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _get;
    private readonly SqliteStatement _range;
    private readonly SqliteStatement _sessions;
    private readonly SqliteStatement _holds;
    private readonly SqliteStatement _changes;
    private readonly SqliteStatement _lastChange;
    private readonly SqliteStatement _version;

    public RecordReader(SqliteDatabase database)
    {
        _database = database;
        _get = database.Prepare("SELECT key, value, revision, session FROM records WHERE key = ?1");
        _range = database.Prepare("SELECT key, value, revision, session FROM records WHERE key >= ?1 AND key < ?2 AND key > ?3 ORDER BY key");
        _sessions = database.Prepare("SELECT DISTINCT session FROM records WHERE session > 0");
        _holds = database.Prepare("SELECT EXISTS(SELECT 1 FROM records WHERE session = ?1 AND session > 0)");
        _changes = database.Prepare("SELECT key, value, revision, session, sequence FROM changes WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        _lastChange = database.Prepare("SELECT ifnull(max(sequence), 0) FROM changes");
        _version = database.Prepare("PRAGMA data_version");
    }

    public Record? Get(string key)
    {
        lock (_lock)
        {
            Record? found = _get.Bind(1, key).Step() ? RecordOf(_get) : null;
            _get.Reset();
            return found;
        }
    }

    /// <summary>Records of the range that <paramref name="isAlive"/> lets pass, at most <paramref name="limit"/>; 0 = all.</summary>
    public IReadOnlyList<Record> Range(string prefix, string after, int limit, Predicate<Record> isAlive)
    {
        var found = new List<Record>();
        lock (_lock)
        {
            _range.Bind(1, prefix).Bind(2, prefix + Last).Bind(3, after);
            try
            {
                while ((limit == 0 || found.Count < limit) && _range.Step())
                {
                    Record record = RecordOf(_range);
                    if (isAlive(record))
                        found.Add(record);
                }
            }
            finally
            {
                _range.Reset();
            }
        }

        return found;
    }

    /// <summary>The sessions that hold records.</summary>
    public IReadOnlyList<long> Sessions()
    {
        var found = new List<long>();
        lock (_lock)
        {
            while (_sessions.Step())
                found.Add(_sessions.Integer(0));
        }

        return found;
    }

    public bool HoldsRecords(long session)
    {
        lock (_lock)
            return _holds.Bind(1, session).Ask() != 0;
    }

    /// <summary>What was changed after <paramref name="sequence"/>, the next few.</summary>
    public IReadOnlyList<RecordedChange> Changes(long sequence, int limit)
    {
        var found = new List<RecordedChange>();
        lock (_lock)
        {
            _changes.Bind(1, sequence).Bind(2, limit);
            while (_changes.Step())
                found.Add(new RecordedChange(_changes.Integer(4), _changes.Text(0), _changes.IsNull(1) ? null : RecordOf(_changes)));
        }

        return found;
    }

    public long LastChange()
    {
        lock (_lock)
            return _lastChange.Ask();
    }

    /// <summary>Another number whenever anybody has changed anything.</summary>
    public long Version()
    {
        lock (_lock)
            return _version.Ask();
    }

    public void Dispose()
    {
        lock (_lock)
            _database.Dispose();
    }

    private static Record RecordOf(SqliteStatement row) => new(row.Text(0), row.Blob(1).ToArray(), row.Integer(2), row.Integer(3));
}
