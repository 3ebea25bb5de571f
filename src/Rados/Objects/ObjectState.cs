using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// An object as it was read, with what the steps of one operation have changed so far. Nothing is stored before the whole operation
/// has succeeded.
/// </summary>
public sealed partial class ObjectState
{
    private readonly ObjectKeys _keys;
    private readonly IRecordStore _records;
    private readonly Record? _seen;
    private ObjectRecord? _now;

    internal ObjectState(ObjectId id, ObjectKeys keys, IRecordStore records, Record? seen, ObjectCaller caller)
    {
        Id = id;
        Caller = caller;
        _keys = keys;
        _records = records;
        _seen = seen;
        _now = seen is null ? null : Parse(seen);
        ReadOmap = _now?.Omap;
    }

    public ObjectId Id { get; }

    public bool Exists => _now is not null;

    public ulong Version => (ulong)(_seen?.Revision ?? 0);

    internal ObjectCaller Caller { get; }

    internal bool IsChanged { get; private set; }

    internal Record? Seen => _seen;

    /// <exception cref="StorageException">ENOENT</exception>
    internal ObjectRecord Require() => _now ?? throw new StorageException(Errno.ENOENT, $"object '{Id}' does not exist");

    /// <exception cref="StorageException">ENOENT</exception>
    public ulong Size => (ulong)Require().Size;

    /// <exception cref="StorageException">ENOENT</exception>
    public DateTimeOffset Modified => Require().Modified;

    /// <exception cref="StorageException">ENOENT</exception>
    public void ThrowIfAbsent() => Require();

    /// <summary>Makes the object if it does not exist.</summary>
    public void Create()
    {
        _now ??= new ObjectRecord { Modified = Caller.Time };
        IsChanged = true;
    }

    /// <exception cref="StorageException">ENOENT</exception>
    public void Remove()
    {
        Require();
        DropData(from: 0);
        ClearOmap();
        _now = null;
        IsChanged = true;
    }

    /// <summary>An operation that changes an object counts as a change even when it leaves it as it was.</summary>
    public void Touch()
    {
        Require();
        IsChanged = true;
    }

    internal static ObjectRecord Parse(Record record) =>
        RadosRecords.Parse(record, RadosJsonContext.Default.ObjectRecord, value => value.Version);

    private void Change(ObjectRecord changed)
    {
        _now = changed;
        IsChanged = true;
    }
}
