using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>The pools of a connected cluster.</summary>
public sealed class Pools
{
    // A commit fails only when somebody else's succeeded, so so many failures in a row mean a defect rather than contention.
    private const int CommitAttemptsMax = 1000;

    private readonly Cluster _cluster;
    private readonly PoolDeletion _deletion;

    internal Pools(Cluster cluster)
    {
        _cluster = cluster;
        _deletion = new PoolDeletion(cluster);
    }

    private IRecordStore Records => _cluster.Stores.Records;

    private IVolumeStore Volumes => _cluster.Stores.Volumes;

    /// <summary>Creates the pool; volumes that already lie in a directory of its name become its images.</summary>
    /// <exception cref="StorageException">EEXIST, EINVAL: an empty name.</exception>
    public async Task<Pool> CreateAsync(ByteName name, CancellationToken cancellationToken)
    {
        if (name.IsEmpty)
            throw new StorageException(Errno.EINVAL, "a pool needs a name");

        await _deletion.ResumeAllAsync(cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < CommitAttemptsMax; i++)
        {
            if (await TryCreateAsync(name, cancellationToken).ConfigureAwait(false) is { } pool)
                return pool;
        }

        throw Contended($"create pool '{name}'");
    }

    /// <summary>Deletes the pool with every image in it.</summary>
    /// <exception cref="StorageException">ENOENT. EPERM: forbidden by mon_allow_pool_delete or the pool's flag nodelete.</exception>
    public async Task DeleteAsync(ByteName name, CancellationToken cancellationToken)
    {
        ThrowUnlessDeletable();
        for (int i = 0; i < CommitAttemptsMax; i++)
        {
            StoredPool pool = await RequireAsync(name, cancellationToken).ConfigureAwait(false);
            if (pool.Value.Settings.GetValueOrDefault("nodelete") is "1" or "true")
                throw new StorageException(Errno.EPERM, "pool deletion is disabled; you must unset nodelete flag for the pool first");
            if (await TryMarkDeletingAsync(pool, cancellationToken).ConfigureAwait(false))
            {
                await _deletion.RunAsync(pool.Value.Id, cancellationToken).ConfigureAwait(false);
                await _deletion.ResumeAllAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        throw Contended($"delete pool '{name}'");
    }

    /// <exception cref="StorageException">ENOENT. EEXIST: the new name is taken. EINVAL: an empty name.</exception>
    public async Task RenameAsync(ByteName name, ByteName newName, CancellationToken cancellationToken)
    {
        if (newName.IsEmpty)
            throw new StorageException(Errno.EINVAL, "a pool needs a name");
        for (int i = 0; i < CommitAttemptsMax; i++)
        {
            StoredPool pool = await RequireAsync(name, cancellationToken).ConfigureAwait(false);
            if (await FindStoredAsync(newName, cancellationToken).ConfigureAwait(false) is not null)
                throw new StorageException(Errno.EEXIST, $"pool '{newName}' already exists");

            PoolRecord renamed = pool.Value with { Name = newName.Encode() };
            RecordTransaction transaction = new RecordTransaction()
                .Require(pool.Record)
                .RequireAbsent(PoolKeys.ByName(newName))
                .Delete(PoolKeys.ByName(name))
                .Put(PoolKeys.ByName(newName), Reference(renamed.Id))
                .Put(pool.Record.Key, StoredPool.Serialize(renamed));
            if (await CommitAsync(transaction, cancellationToken).ConfigureAwait(false))
                return;
        }

        throw Contended($"rename pool '{name}'");
    }

    /// <summary>Changes quotas, applications or settings. Name, id and directory stay.</summary>
    /// <returns>The pool as it is then.</returns>
    /// <exception cref="StorageException">ENOENT, and what <paramref name="change"/> throws.</exception>
    public async Task<Pool> UpdateAsync(ByteName name, Func<Pool, Pool> change, CancellationToken cancellationToken)
    {
        for (int i = 0; i < CommitAttemptsMax; i++)
        {
            StoredPool pool = await RequireAsync(name, cancellationToken).ConfigureAwait(false);
            Pool changed = change(pool.ToPool());
            RecordTransaction transaction = new RecordTransaction()
                .Require(pool.Record)
                .Put(pool.Record.Key, StoredPool.Serialize(pool.With(changed)));
            if (await CommitAsync(transaction, cancellationToken).ConfigureAwait(false))
                return changed;
        }

        throw Contended($"change pool '{name}'");
    }

    /// <summary>By id.</summary>
    public async Task<IReadOnlyList<Pool>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await Records.RangeAsync(PoolKeys.AllById, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. records.Select(StoredPool.Parse).Where(pool => !pool.Value.IsDeleting).Select(pool => pool.ToPool())];
    }

    /// <returns>null when there is no such pool.</returns>
    public async Task<Pool?> FindAsync(ByteName name, CancellationToken cancellationToken) =>
        (await FindStoredAsync(name, cancellationToken).ConfigureAwait(false))?.ToPool();

    /// <returns>null when there is no such pool.</returns>
    public async Task<Pool?> FindAsync(long id, CancellationToken cancellationToken) =>
        (await FindStoredAsync(id, cancellationToken).ConfigureAwait(false))?.ToPool();

    public async Task<PoolStat> GetStatAsync(Pool pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<VolumeInfo> volumes = await Volumes.ListAsync(pool.Directory, cancellationToken).ConfigureAwait(false);
        return new PoolStat(volumes.Aggregate(0ul, (sum, volume) => sum + volume.Allocated), (ulong)volumes.Count);
    }

    private static byte[] Reference(long id) =>
        RadosRecords.Serialize(new PoolReference { Id = id }, RadosJsonContext.Default.PoolReference);

    private static StorageException Contended(string what) =>
        new(Errno.EBUSY, $"{what}: others changed its records {CommitAttemptsMax} times in a row");

    private void ThrowUnlessDeletable()
    {
        if (!_cluster.Settings.AllowsPoolDelete)
        {
            throw new StorageException(
                Errno.EPERM,
                "pool deletion is disabled; you must first set the mon_allow_pool_delete config option to true before you can destroy a pool");
        }
    }

    // First the directory, then all records at once: a crash in between leaves a directory that the next attempt takes over.
    private async Task<Pool?> TryCreateAsync(ByteName name, CancellationToken cancellationToken)
    {
        if (await FindStoredAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            throw new StorageException(Errno.EEXIST, $"pool '{name}' already exists");

        Record? last = await Records.GetAsync(PoolKeys.LastId, cancellationToken).ConfigureAwait(false);
        long id = last is null ? 1 : ParseReference(last) + 1;
        string directory = await ChooseDirectoryAsync(name, id, cancellationToken).ConfigureAwait(false);
        await EnsureDirectoryAsync(directory, cancellationToken).ConfigureAwait(false);

        var record = new PoolRecord { Id = id, Name = name.Encode(), Directory = directory, Created = _cluster.Time.GetUtcNow() };
        var transaction = new RecordTransaction();
        transaction = last is null ? transaction.RequireAbsent(PoolKeys.LastId) : transaction.Require(last);
        transaction
            .RequireAbsent(PoolKeys.ByName(name))
            .RequireAbsent(PoolKeys.Directory(directory))
            .Put(PoolKeys.LastId, Reference(id))
            .Put(PoolKeys.ByName(name), Reference(id))
            .Put(PoolKeys.Directory(directory), Reference(id))
            .Put(PoolKeys.ById(id), StoredPool.Serialize(record));
        return await CommitAsync(transaction, cancellationToken).ConfigureAwait(false)
            ? record.ToPool()
            : null;
    }

    // The name, unless a renamed pool or one that is being deleted still has that directory.
    private async Task<string> ChooseDirectoryAsync(ByteName name, long id, CancellationToken cancellationToken)
    {
        string directory = name.Encode();
        Record? claim = await Records.GetAsync(PoolKeys.Directory(directory), cancellationToken).ConfigureAwait(false);
        return claim is null ? directory : $"{directory}.{id}";
    }

    private async Task EnsureDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            await Volumes.CreatePoolAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.EEXIST)
        {
            // Made by an attempt that did not finish, or by another tool.
        }
    }

    private async Task<bool> TryMarkDeletingAsync(StoredPool pool, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = new RecordTransaction()
            .Require(pool.Record)
            .Delete(PoolKeys.ByName(ByteName.Decode(pool.Value.Name)))
            .Put(pool.Record.Key, StoredPool.Serialize(pool.Value with { IsDeleting = true }));
        return await CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredPool> RequireAsync(ByteName name, CancellationToken cancellationToken) =>
        await FindStoredAsync(name, cancellationToken).ConfigureAwait(false) ?? throw NotFound(name);

    internal static StorageException NotFound(ByteName name) => new(Errno.ENOENT, $"unrecognized pool '{name}'");

    private async Task<StoredPool?> FindStoredAsync(ByteName name, CancellationToken cancellationToken)
    {
        Record? reference = await Records.GetAsync(PoolKeys.ByName(name), cancellationToken).ConfigureAwait(false);
        return reference is null
            ? null
            : await FindStoredAsync(ParseReference(reference), cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredPool?> FindStoredAsync(long id, CancellationToken cancellationToken)
    {
        Record? record = id <= 0 ? null : await Records.GetAsync(PoolKeys.ById(id), cancellationToken).ConfigureAwait(false);
        return record is not null && StoredPool.Parse(record) is { Value.IsDeleting: false } pool ? pool : null;
    }

    private static long ParseReference(Record record) =>
        RadosRecords.Parse(record, RadosJsonContext.Default.PoolReference, value => value.Version).Id;

    private async Task<bool> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken) =>
        (await Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false)).Succeeded;
}
