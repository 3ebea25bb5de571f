using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>This handle's entry among the watchers of an image: "somebody has it open for writing".</summary>
internal sealed class WatcherRegistration
{
    // A client that is stopped or cut off must not hold up another's resize for ever.
    private static readonly TimeSpan s_followTimeout = TimeSpan.FromSeconds(5);

    private static long s_lastCookie;

    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly WatcherRecord _record;
    private string _key;

    public WatcherRegistration(ImagePool pool, string id)
    {
        _pool = pool;
        _id = id;
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

    /// <returns>false: the header changed, or the image is barred.</returns>
    public ValueTask<bool> TryRegisterAsync(Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = Put(new RecordTransaction(), header.Record.Revision)
            .Require(header.Record)
            .RequireAbsent(_pool.Keys.Bar(_id));
        return _pool.TryCommitAsync(transaction, cancellationToken);
    }

    /// <summary>Says that the header is followed. An entry lost with its session comes back, so that nobody removes the image.</summary>
    public async Task AcknowledgeAsync(Stored<ImageHeader> header)
    {
        Record? mine = await _pool.Records.GetAsync(_key, CancellationToken.None).ConfigureAwait(false);
        if (mine is null)
        {
            _key = NewKey();
            await TryRegisterAsync(header, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        Stored<WatcherRecord> watcher = Stored.Parse(mine, RbdJsonContext.Default.WatcherRecord);
        if (watcher.Value.SeenRevision >= header.Record.Revision)
            return;
        RecordTransaction transaction = Put(new RecordTransaction(), header.Record.Revision).Require(mine);
        await _pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task WithdrawAsync()
    {
        var transaction = new RecordTransaction().Delete(_key);
        await _pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits until every other watcher follows a header, or for so long that it must be dead.</summary>
    public Task WaitForOthersAsync(long headerRevision) => WaitForWatchersAsync(_pool, _id, headerRevision, except: _key);

    /// <inheritdoc cref="WaitForOthersAsync"/>
    public static async Task WaitForWatchersAsync(ImagePool pool, string id, long headerRevision, string? except)
    {
        long begun = Environment.TickCount64;
        while (await AnyBehindAsync(pool, id, headerRevision, except).ConfigureAwait(false)
            && Environment.TickCount64 - begun < s_followTimeout.TotalMilliseconds)
            await Task.Delay(Operation.PollInterval).ConfigureAwait(false);
    }

    public static async Task<IReadOnlyList<ImageWatcher>> ListAsync(
        ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<WatcherRecord>> watchers = await pool.RangeAsync(
            pool.Keys.Watchers(id), RbdJsonContext.Default.WatcherRecord, cancellationToken).ConfigureAwait(false);
        return watchers.Select(watcher => watcher.Value)
            .Select(watcher => new ImageWatcher(watcher.Address, watcher.ClientId, watcher.Cookie))
            .ToList();
    }

    private static async Task<bool> AnyBehindAsync(ImagePool pool, string id, long headerRevision, string? except)
    {
        IReadOnlyList<Stored<WatcherRecord>> watchers = await pool.RangeAsync(
            pool.Keys.Watchers(id), RbdJsonContext.Default.WatcherRecord, CancellationToken.None).ConfigureAwait(false);
        return watchers.Any(watcher => watcher.Value.SeenRevision < headerRevision
            && !string.Equals(watcher.Record.Key, except, StringComparison.Ordinal));
    }

    private string NewKey() => $"{_pool.Keys.Watchers(_id)}{_pool.Io.Cluster.Session.Id}.{_record.Cookie}";

    private RecordTransaction Put(RecordTransaction transaction, long seenRevision)
    {
        byte[] record = Stored.Serialize(
            _record with { SeenRevision = seenRevision }, RbdJsonContext.Default.WatcherRecord);
        return transaction.Put(_key, record, _pool.Io.Cluster.Session.Id);
    }
}
