using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// A moment in which nobody writes to an image: everybody who has it open for writing holds requests back, and what they wrote is
/// durable. Over when it is disposed, when its operation dies, or with the transaction that makes use of it.
/// </summary>
internal sealed class HeadFreeze : IAsyncDisposable
{
    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly Record _record;
    private bool _isShutOut;
    private bool _isOver;

    private HeadFreeze(ImagePool pool, string id, Record record)
    {
        _pool = pool;
        _id = id;
        _record = record;
    }

    /// <summary>How long a client has to answer, and may be held.</summary>
    public static TimeSpan TimeoutOf(ImagePool pool) =>
        TimeSpan.FromSeconds(Math.Clamp(pool.Io.Cluster.Conf.GetUInt("rbd_request_timed_out_seconds"), 1, 3600));

    /// <summary>Waits for its turn, and then for everybody.</summary>
    /// <exception cref="StorageException">ETIMEDOUT: somebody did not answer. What somebody answered.</exception>
    public static async Task<HeadFreeze> BeginAsync(
        ImagePool pool, string id, Operation operation, FreezeRecord freeze, CancellationToken cancellationToken)
    {
        await ShutOutLastOwnerAsync(pool, id, cancellationToken).ConfigureAwait(false);
        TimeSpan timeout = TimeoutOf(pool);
        long begun = Environment.TickCount64;
        Record record = await PutAsync(pool, id, operation, freeze, IsLate, cancellationToken).ConfigureAwait(false);
        var begunFreeze = new HeadFreeze(pool, id, record);
        try
        {
            await begunFreeze.WaitForAllAsync(IsLate, cancellationToken).ConfigureAwait(false);
            return begunFreeze;
        }
        catch
        {
            await begunFreeze.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        bool IsLate() => Environment.TickCount64 - begun > timeout.TotalMilliseconds;
    }

    /// <summary>Lets a transaction end the freeze if it is still in force.</summary>
    public RecordTransaction AddTo(RecordTransaction transaction) => transaction.Require(_record).Delete(_record.Key);

    /// <summary>A transaction with <see cref="AddTo"/> has been committed.</summary>
    public void End() => _isOver = true;

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        await _pool.Records.CommitAsync(AddTo(new RecordTransaction()), CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task<Record> PutAsync(
        ImagePool pool, string id, Operation operation, FreezeRecord freeze, Func<bool> isLate, CancellationToken cancellationToken)
    {
        string key = pool.Keys.Freeze(id);
        byte[] value = Stored.Serialize(freeze, RbdJsonContext.Default.FreezeRecord);
        while (true)
        {
            Record header = await pool.Records.GetAsync(pool.Keys.Header(id), cancellationToken).ConfigureAwait(false)
                ?? throw new StorageException(Errno.ENOENT, $"image id {id} in pool {pool.Io.Pool.Name} was removed");
            RecordTransaction transaction = operation.NewTransaction()
                .Require(header)
                .RequireAbsent(pool.Keys.Bar(id))
                .RequireAbsent(key)
                .Put(key, value, operation.Id);
            RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (commit.Succeeded)
                return new Record(key, value, commit.Revision, operation.Id);
            if (isLate())
                throw new StorageException(Errno.ETIMEDOUT, $"image id {id} in pool {pool.Io.Pool.Name}: others have been changing its layers for too long");
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    // Before anybody is held back, because it may take its time.
    private static async Task ShutOutLastOwnerAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        OwnershipSight sight = await OwnershipSight.ReadAsync(pool, id, cancellationToken).ConfigureAwait(false);
        if (sight is not { Owner: null, Last: { } last })
            return;
        IReadOnlyList<Stored<WatcherRecord>> watchers = await ImageWatchers.GetAsync(pool, id, cancellationToken).ConfigureAwait(false);
        if (!watchers.Any(watcher => watcher.Value.IsOf(last.Value)))
            await new OwnerExpulsion(pool, id).ExpelAsync(last, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitForAllAsync(Func<bool> isLate, CancellationToken cancellationToken)
    {
        while (await FindUnfrozenAsync(cancellationToken).ConfigureAwait(false) is { } late)
        {
            if (isLate())
            {
                throw new StorageException(
                    Errno.ETIMEDOUT,
                    $"image id {_id} in pool {_pool.Io.Pool.Name}: client.{late.ClientId} at {late.Address} has it open and did not hold its requests back in time");
            }

            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<WatcherRecord?> FindUnfrozenAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<WatcherRecord>> watchers = await ImageWatchers.GetAsync(_pool, _id, cancellationToken).ConfigureAwait(false);
        if (watchers.FirstOrDefault(watcher => HasAnswered(watcher.Value) && watcher.Value.FreezeResult < 0) is { } refused)
            throw Refused(refused.Value);
        Stored<WatcherRecord>[] late = [.. watchers.Where(watcher => !HasAnswered(watcher.Value))];
        return (await ImageWatchers.ExceptGoneAsync(_pool, late, cancellationToken).ConfigureAwait(false)) is [var first, ..]
            ? first.Value
            : await FindWriterAsync(watchers, late, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whoever may write and does not answer because it is gone or cut off is shut out: what it still writes must not end up in a
    /// frozen layer.
    /// </summary>
    /// <returns>One that can't be, until its session ends.</returns>
    private async Task<WatcherRecord?> FindWriterAsync(
        IReadOnlyList<Stored<WatcherRecord>> watchers, IReadOnlyList<Stored<WatcherRecord>> gone, CancellationToken cancellationToken)
    {
        OwnershipSight sight = await OwnershipSight.ReadAsync(_pool, _id, cancellationToken).ConfigureAwait(false);
        if ((sight.Owner ?? sight.Last) is { } owner && !watchers.Any(watcher => HasAnswered(watcher.Value) && watcher.Value.IsOf(owner.Value)))
        {
            if (sight.Owner is not null && !await IsGoneAsync(owner, cancellationToken).ConfigureAwait(false))
                return WatcherRecord.Of(owner.Value);
            if (sight.Owner is not null && !CanShutOut)
                return WatcherRecord.Of(owner.Value);
            await new OwnerExpulsion(_pool, _id).ExpelAsync(owner, cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (gone.FirstOrDefault(watcher => !watcher.Value.NeedsOwner) is not { } writer || _isShutOut)
            return null;
        if (!CanShutOut)
            return writer.Value;
        await new OwnerExpulsion(_pool, _id).ShutOutAsync(() => Task.FromResult(false), cancellationToken).ConfigureAwait(false);
        _isShutOut = true;
        return null;
    }

    // Where writes end with their process there is nothing to shut out.
    private bool CanShutOut => _pool.Volumes.CanFence || _pool.Volumes.LateWritesMax == TimeSpan.Zero;

    private async Task<bool> IsGoneAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken) =>
        await _pool.Records.IsSilentAsync(owner.Record.Session, cancellationToken).ConfigureAwait(false)
        || await _pool.Io.Cluster.Blocklist.ContainsAsync(owner.Value.Address, cancellationToken).ConfigureAwait(false);

    private bool HasAnswered(WatcherRecord watcher) => watcher.FrozenRevision == _record.Revision;

    private StorageException Refused(WatcherRecord watcher) => new(
        (Errno)(-watcher.FreezeResult),
        $"image id {_id} in pool {_pool.Io.Pool.Name}: client.{watcher.ClientId} at {watcher.Address} could not hold its requests back (error {watcher.FreezeResult})");
}
