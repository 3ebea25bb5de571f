namespace CurveRbd.Store;

/// <summary>
/// Conditions, then changes, applied as one: all changes when every condition holds, none otherwise. Built once, committed once.
/// A key is changed at most once in a transaction (etcd's rule).
/// </summary>
public sealed class RecordTransaction
{
    private readonly List<RecordCondition> _conditions = [];
    private readonly List<RecordChange> _changes = [];

    public IReadOnlyList<RecordCondition> Conditions => _conditions;

    public IReadOnlyList<RecordChange> Changes => _changes;

    /// <summary>The record must still be the one that was read.</summary>
    public RecordTransaction Require(Record seen)
    {
        _conditions.Add(new RecordCondition(seen.Key, seen.Revision));
        return this;
    }

    public RecordTransaction RequireAbsent(string key)
    {
        _conditions.Add(new RecordCondition(key, 0));
        return this;
    }

    /// <param name="session">0, or the id of a live session: the record vanishes when that session ends.</param>
    public RecordTransaction Put(string key, ReadOnlyMemory<byte> value, long session = 0)
    {
        Change(new RecordChange(key, value, session));
        return this;
    }

    /// <summary>Deleting what is absent is not an error; require its presence if it matters.</summary>
    public RecordTransaction Delete(string key)
    {
        Change(new RecordChange(key, null, 0));
        return this;
    }

    private void Change(RecordChange change)
    {
        if (_changes.Exists(earlier => string.Equals(earlier.Key, change.Key, StringComparison.Ordinal)))
            throw new ArgumentException($"the transaction changes '{change.Key}' twice");
        _changes.Add(change);
    }
}

/// <summary>The record at a key must have this revision; 0 = must be absent.</summary>
public readonly record struct RecordCondition(string Key, long Revision);

/// <summary>A put, or a delete when Value is null.</summary>
public readonly record struct RecordChange(string Key, ReadOnlyMemory<byte>? Value, long Session);
