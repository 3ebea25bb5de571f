using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// The small RADOS objects of a pool: bytes, extended attributes and an omap, kept as records. An operation is atomic, and durable when it has
/// succeeded.
/// </summary>
public sealed partial class PoolObjects
{
    // A commit fails only when somebody else's succeeded, so so many failures in a row mean a defect rather than contention.
    private const int AttemptsMax = 1000;

    private readonly IoContext _context;
    private readonly ObjectKeys _keys;

    internal PoolObjects(IoContext context)
    {
        _context = context;
        _keys = new ObjectKeys(context.Pool.Id);
    }

    private Cluster Cluster => _context.Cluster;

    private IRecordStore Records => Cluster.Records;

    /// <summary>The object of that name in the context's namespace, with its locator.</summary>
    /// <exception cref="StorageException">EINVAL, ENAMETOOLONG</exception>
    public ObjectId Identify(ByteName name)
    {
        if (name.IsEmpty)
            throw new StorageException(Errno.EINVAL, "an object needs a name");
        if (name.Length > ObjectLimits.NameLengthMax)
            throw new StorageException(Errno.ENAMETOOLONG, $"the object's name has {name.Length} bytes, at most {ObjectLimits.NameLengthMax} are allowed");
        return new ObjectId(_context.Namespace, name, _context.Locator == name ? ByteName.Empty : _context.Locator);
    }

    /// <summary>Runs steps that only look.</summary>
    /// <exception cref="StorageException">ENOENT: the pool has gone. ENOTCONN. ETIMEDOUT: rados_osd_op_timeout. Of the store.</exception>
    public Task<ObjectOutcome> ReadAsync(ObjectId id, IReadOnlyList<ObjectStep> steps, CancellationToken cancellationToken) =>
        RunAsync(id, token => ReadOnceAsync(id, steps, token), cancellationToken);

    /// <summary>Runs steps of which all or none change the object.</summary>
    /// <param name="modified">What becomes its time of modification; null = now.</param>
    /// <exception cref="StorageException">As <see cref="ReadAsync"/>; ESHUTDOWN: this client is on the blocklist.</exception>
    public Task<ObjectOutcome> WriteAsync(
        ObjectId id, IReadOnlyList<ObjectStep> steps, DateTimeOffset? modified, CancellationToken cancellationToken) =>
        RunAsync(id, token => WriteOnceAsync(id, steps, modified, token), cancellationToken);

    /// <summary>Objects in the order of their positions.</summary>
    /// <param name="after">The position of the last one known; null = from the first.</param>
    /// <exception cref="StorageException">ENOENT: the pool has gone. Of the store.</exception>
    public async Task<IReadOnlyList<ListedObject>> ListAsync(string? after, int count, CancellationToken cancellationToken)
    {
        await _context.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        string prefix = _context.IsAllNamespaces ? _keys.Headers : _keys.HeadersOf(_context.Namespace);
        IReadOnlyList<Record> records = await Records.RangeAsync(
            prefix, after is null ? null : _keys.Headers + after, count, cancellationToken).ConfigureAwait(false);
        return [.. records.Select(record => new ListedObject(_keys.IdOf(record.Key), record.Key[_keys.Headers.Length..]))];
    }

    /// <summary>Ends when all operations that this client has begun are over.</summary>
    public Task FlushAsync() => Cluster.ObjectOrder.WhenIdleAsync();

    // Who gave up waiting is not told any more: what it lent for results may be gone.
    private async Task<ObjectOutcome> RunAsync(
        ObjectId id, Func<CancellationToken, Task<ObjectRun>> operation, CancellationToken cancellationToken)
    {
        if (_context.IsAllNamespaces)
            throw new StorageException(Errno.EINVAL, "all namespaces can only be listed");
        ObjectRun run = await RunInTimeAsync(id, operation, cancellationToken).ConfigureAwait(false);
        run.Tell();
        return run.Outcome;
    }

    private async Task<ObjectRun> RunInTimeAsync(
        ObjectId id, Func<CancellationToken, Task<ObjectRun>> operation, CancellationToken cancellationToken)
    {
        if (Cluster.Conf.GetTimeout("rados_osd_op_timeout") is not { } timeout)
            return await InOrderAsync(id, operation, cancellationToken).ConfigureAwait(false);
        using var expiry = new CancellationTokenSource(timeout, Cluster.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            return await InOrderAsync(id, operation, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageException(Errno.ETIMEDOUT, $"object '{id}': no answer within {timeout.TotalSeconds} s (rados_osd_op_timeout)");
        }
    }

    private Task<ObjectRun> InOrderAsync(
        ObjectId id, Func<CancellationToken, Task<ObjectRun>> operation, CancellationToken cancellationToken) =>
        Cluster.ObjectOrder.RunAsync(_keys.Header(id), async () =>
        {
            await _context.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
            return await operation(cancellationToken).ConfigureAwait(false);
        });

    private async Task<ObjectRun> ReadOnceAsync(ObjectId id, IReadOnlyList<ObjectStep> steps, CancellationToken cancellationToken)
    {
        long? stale = null;
        for (int i = 0; i < AttemptsMax; i++)
        {
            ObjectState state = await LoadAsync(id, Caller(null), cancellationToken).ConfigureAwait(false);
            if (await ObjectRun.TryRunAsync(state, steps, cancellationToken).ConfigureAwait(false) is not { } run)
            {
                stale = ThrowIfDamaged(state, stale);
                continue;
            }

            // Entries of the omap change in place; the object's record tells whether some did between two looks.
            if (state.HasReadOmap && !await IsUnchangedAsync(state, cancellationToken).ConfigureAwait(false))
                continue;
            run.Outcome = new ObjectOutcome(run.Code, state.Version);
            return run;
        }

        throw Contended(id);
    }

    private async Task<ObjectRun> WriteOnceAsync(
        ObjectId id, IReadOnlyList<ObjectStep> steps, DateTimeOffset? modified, CancellationToken cancellationToken)
    {
        var commit = new ObjectCommit(_keys, Records, Cluster.Session.Id);
        long? stale = null;
        for (int i = 0; i < AttemptsMax; i++)
        {
            ObjectState state = await LoadAsync(id, Caller(modified), cancellationToken).ConfigureAwait(false);
            if (await ObjectRun.TryRunAsync(state, steps, cancellationToken).ConfigureAwait(false) is not { } run)
            {
                stale = ThrowIfDamaged(state, stale);
                continue;
            }

            long? version = (long)state.Version;
            if (run.Code >= 0 && state.IsChanged)
                version = await commit.TryRunAsync(state, cancellationToken).ConfigureAwait(false);
            if (version is null)
                continue;
            run.Outcome = new ObjectOutcome(Math.Min(run.Code, 0), (ulong)version);
            return run;
        }

        throw Contended(id);
    }

    // A piece that is missing has been replaced, and then the object's record is another.
    private static long? ThrowIfDamaged(ObjectState state, long? lastRevision) => state.Seen?.Revision is var revision && revision != lastRevision
        ? revision
        : throw new StorageException(Errno.EIO, $"object '{state.Id}' is damaged: a record with a piece of its data is missing");

    private async Task<ObjectState> LoadAsync(ObjectId id, ObjectCaller caller, CancellationToken cancellationToken)
    {
        Record? header = await Records.GetAsync(_keys.Header(id), cancellationToken).ConfigureAwait(false);
        return new ObjectState(id, _keys, Records, header, caller);
    }

    private async Task<bool> IsUnchangedAsync(ObjectState state, CancellationToken cancellationToken)
    {
        Record? header = await Records.GetAsync(_keys.Header(state.Id), cancellationToken).ConfigureAwait(false);
        return header?.Revision == state.Seen?.Revision;
    }

    private ObjectCaller Caller(DateTimeOffset? modified) =>
        new($"client.{Cluster.InstanceId}", Cluster.Address, modified ?? Cluster.Time.GetUtcNow());

    private static StorageException Contended(ObjectId id) =>
        new(Errno.EBUSY, $"object '{id}': others changed it {AttemptsMax} times in a row");
}
