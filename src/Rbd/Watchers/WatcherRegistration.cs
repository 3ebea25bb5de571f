using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// This handle's entry among the watchers of an image ("somebody has it open for writing") or among its readers ("somebody has its
/// layers open").
/// </summary>
internal sealed class WatcherRegistration
{
    private static long s_lastCookie;

    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly bool _isReader;
    private readonly WatcherRecord _record;
    private string _key;

    public WatcherRegistration(ImagePool pool, string id, bool isReader)
    {
        _pool = pool;
        _id = id;
        _isReader = isReader;
        var cookie = (ulong)Interlocked.Increment(ref s_lastCookie);
        _record = new WatcherRecord
        {
            Address = pool.Io.Cluster.Address,
            ClientId = (long)pool.Io.Cluster.InstanceId,
            Cookie = cookie,
            SeenRevision = 0,
        };
        _key = NewKey();
    }

    /// <summary>Of the entry's record.</summary>
    public string Key => _key;

    public ulong Cookie => _record.Cookie;

    /// <returns>false: the header changed, or (to write) the image is barred or its head's layers are about to change.</returns>
    public ValueTask<bool> TryRegisterAsync(Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = Put(new RecordTransaction(), _record with { SeenRevision = header.Record.Revision })
            .Require(header.Record);
        if (!_isReader)
            transaction.RequireAbsent(_pool.Keys.Bar(_id)).RequireAbsent(_pool.Keys.Freeze(_id));
        return _pool.TryCommitAsync(transaction, cancellationToken);
    }

    /// <summary>
    /// Says what is followed. An entry lost with its session comes back, so that nobody removes the image.
    /// </summary>
    /// <param name="frozenRevision">Of the freeze that this handle holds its requests back for; 0: none.</param>
    /// <param name="freezeResult">What came of holding them back: 0 or a negative errno.</param>
    public async Task AcknowledgeAsync(Stored<ImageHeader> header, long frozenRevision, int freezeResult)
    {
        Record? mine = await _pool.Records.GetAsync(_key, CancellationToken.None).ConfigureAwait(false);
        if (mine is null)
        {
            _key = NewKey();
            await TryRegisterAsync(header, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        WatcherRecord earlier = Stored.Parse(mine, RbdJsonContext.Default.WatcherRecord).Value;
        WatcherRecord now = earlier with
        {
            SeenRevision = Math.Max(earlier.SeenRevision, header.Record.Revision),
            FrozenRevision = frozenRevision,
            FreezeResult = freezeResult,
        };
        if (now != earlier)
            await _pool.Records.CommitAsync(Put(new RecordTransaction(), now).Require(mine), CancellationToken.None).ConfigureAwait(false);
    }

    public async Task WithdrawAsync()
    {
        var transaction = new RecordTransaction().Delete(_key);
        await _pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
    }

    private string NewKey() =>
        $"{(_isReader ? _pool.Keys.Readers(_id) : _pool.Keys.Watchers(_id))}{_pool.Io.Cluster.Session.Id}.{_record.Cookie}";

    private RecordTransaction Put(RecordTransaction transaction, WatcherRecord record) => transaction.Put(
        _key, Stored.Serialize(record, RbdJsonContext.Default.WatcherRecord), _pool.Io.Cluster.Session.Id);
}
