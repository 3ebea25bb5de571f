using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// This handle's entry among the watchers of an image ("somebody has it open for writing") or among its readers ("somebody has its
/// layers open").
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed class WatcherRegistration
#pragma warning restore CA1001
{
    private static long s_lastCookie;

    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly bool _isReader;
    private readonly WatcherRecord _record;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private long _session;
    private volatile string _key;
    private bool _isWithdrawn;

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
        _session = pool.Io.Cluster.Session.Id;
        _key = NewKey();
    }

    /// <summary>Of the entry's record.</summary>
    public string Key => _key;

    public ulong Cookie => _record.Cookie;

    /// <summary>The session that the entry is in.</summary>
    public long Session => Volatile.Read(ref _session);

    /// <summary>Whether the handle writes only as the image's owner. As of what it follows.</summary>
    public bool NeedsOwner { get; set; }

    /// <returns>false: the header changed, or (to write) the image is barred or its head's layers are about to change.</returns>
    public ValueTask<bool> TryRegisterAsync(Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = Put(new RecordTransaction(), _record with { SeenRevision = header.Record.Revision })
            .Require(header.Record);
        if (!_isReader)
            transaction.RequireAbsent(_pool.Keys.Bar(_id)).RequireAbsent(_pool.Keys.Freeze(_id));
        return _pool.TryCommitAsync(transaction, cancellationToken);
    }

    /// <summary>Puts the entry anew if it was lost with its session.</summary>
    /// <param name="header">The one that the handle follows.</param>
    /// <returns>false: as <see cref="TryRegisterAsync"/>.</returns>
    public Task<bool> TryRejoinAsync(Stored<ImageHeader> header, CancellationToken cancellationToken) => InTurnAsync(
        async () => await FindAsync(cancellationToken).ConfigureAwait(false) is not null
            || await TryRegisterAnewAsync(header, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Says what is followed. An entry lost with its session comes back, so that nobody removes the image.
    /// </summary>
    /// <param name="frozenRevision">Of the freeze that this handle holds its requests back for; 0: none.</param>
    /// <param name="freezeResult">What came of holding them back: 0 or a negative errno.</param>
    /// <returns>false: as <see cref="TryRegisterAsync"/>.</returns>
    public Task<bool> AcknowledgeAsync(Stored<ImageHeader> header, long frozenRevision, int freezeResult) => InTurnAsync(async () =>
    {
        if (await FindAsync(CancellationToken.None).ConfigureAwait(false) is not { } mine)
            return await TryRegisterAnewAsync(header, CancellationToken.None).ConfigureAwait(false);
        WatcherRecord earlier = Stored.Parse(mine, RbdJsonContext.Default.WatcherRecord).Value;
        WatcherRecord now = earlier with
        {
            SeenRevision = Math.Max(earlier.SeenRevision, header.Record.Revision),
            FrozenRevision = frozenRevision,
            FreezeResult = freezeResult,
            NeedsOwner = NeedsOwner,
        };
        if (now != earlier)
            await _pool.Records.CommitAsync(Put(new RecordTransaction(), now).Require(mine), CancellationToken.None).ConfigureAwait(false);
        return true;
    });

    public Task WithdrawAsync() => InTurnAsync(async () =>
    {
        _isWithdrawn = true;
        var transaction = new RecordTransaction().Delete(_key);
        await _pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
        return true;
    });

    private async Task<bool> InTurnAsync(Func<Task<bool>> change)
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            return _isWithdrawn || await change().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    private ValueTask<Record?> FindAsync(CancellationToken cancellationToken) => _session == _pool.Io.Cluster.Session.Id
        ? _pool.Records.GetAsync(_key, cancellationToken)
        : new ValueTask<Record?>((Record?)null);

    private ValueTask<bool> TryRegisterAnewAsync(Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _session, _pool.Io.Cluster.Session.Id);
        _key = NewKey();
        return TryRegisterAsync(header, cancellationToken);
    }

    private string NewKey() =>
        $"{(_isReader ? _pool.Keys.Readers(_id) : _pool.Keys.Watchers(_id))}{_session}.{_record.Cookie}";

    private RecordTransaction Put(RecordTransaction transaction, WatcherRecord record) => transaction.Put(
        _key, Stored.Serialize(record with { NeedsOwner = NeedsOwner }, RbdJsonContext.Default.WatcherRecord), _session);
}
