using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// Deletes what lay in a pool that clients no longer see. One client does it at a time, by a record that vanishes with it; when it
/// dies, the next client that creates or deletes a pool goes on.
/// </summary>
internal sealed class PoolDeletion(Cluster cluster)
{
    // Far below etcd's limit of 128 operations in a transaction.
    private const int DeleteBatch = 100;

    private const int SweepsMax = 5;

    private IRecordStore Records => cluster.Stores.Records;

    private IVolumeStore Volumes => cluster.Stores.Volumes;

    /// <summary>Goes on with deletions that were cut short. One that fails is logged: it must not keep others from their pools.</summary>
    public async Task ResumeAllAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await Records.RangeAsync(PoolKeys.AllById, null, 0, cancellationToken).ConfigureAwait(false);
        foreach (StoredPool pool in records.Select(StoredPool.Parse).Where(pool => pool.Value.IsDeleting))
        {
            try
            {
                await RunAsync(pool, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException error)
            {
                Log.PoolDeletionFailed(cluster.Logger, pool.Value.Id, pool.Value.Directory, error);
            }
        }
    }

    /// <summary>Deletes the content of a pool that has been marked. Does nothing when another client is at it.</summary>
    public async Task RunAsync(long id, CancellationToken cancellationToken)
    {
        Record? record = await Records.GetAsync(PoolKeys.ById(id), cancellationToken).ConfigureAwait(false);
        if (record is not null)
            await RunAsync(StoredPool.Parse(record), cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(StoredPool pool, CancellationToken cancellationToken)
    {
        if (!await TryClaimAsync(pool, cancellationToken).ConfigureAwait(false))
            return;
        try
        {
            await DeleteDirectoryAsync(pool.Value.Directory, cancellationToken).ConfigureAwait(false);
            await DeleteContentAsync(pool.Value.Id, cancellationToken).ConfigureAwait(false);
            await ForgetAsync(pool, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ReleaseAsync(pool.Value.Id).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> TryClaimAsync(StoredPool pool, CancellationToken cancellationToken)
    {
        string claim = PoolKeys.Deletion(pool.Value.Id);
        RecordCommit commit = await Records.CommitAsync(
            new RecordTransaction().Require(pool.Record).RequireAbsent(claim).Put(claim, default, cluster.Session.Id),
            cancellationToken).ConfigureAwait(false);
        return commit.Succeeded;
    }

    private async Task DeleteDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        for (int i = 1; ; i++)
        {
            await DeleteVolumesAsync(directory, cancellationToken).ConfigureAwait(false);
            try
            {
                await IgnoreMissingAsync(Volumes.DeletePoolAsync(directory, cancellationToken)).ConfigureAwait(false);
                return;
            }
            catch (StorageException error) when (error.Errno == Errno.ENOTEMPTY && i < SweepsMax)
            {
                // A client that had not yet seen the pool go made another volume.
            }
        }
    }

    private async Task DeleteVolumesAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (VolumeInfo volume in await ListVolumesAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            ThrowIfSessionLost(directory);
            var path = new VolumePath(directory, volume.Name, cluster.Name.Id);
            await IgnoreMissingAsync(Volumes.DeleteAsync(path, cancellationToken)).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<VolumeInfo>> ListVolumesAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            return await Volumes.ListAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            return [];
        }
    }

    // Without the session somebody else may have finished, and the directory may hold a new pool's volumes.
    private void ThrowIfSessionLost(string directory)
    {
        if (cluster.Session.Lost.IsCancellationRequested)
            throw new StorageException(Errno.ESHUTDOWN, $"deleting pool directory /{directory}: this client's session has ended");
    }

    private async Task DeleteContentAsync(long id, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<Record> records =
                await Records.RangeAsync(PoolKeys.Content(id), null, DeleteBatch, cancellationToken).ConfigureAwait(false);
            if (records.Count == 0)
                return;

            var transaction = new RecordTransaction();
            foreach (Record record in records)
                transaction.Delete(record.Key);
            await Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ForgetAsync(StoredPool pool, CancellationToken cancellationToken) =>
        await Records.CommitAsync(
            new RecordTransaction()
                .Delete(PoolKeys.ById(pool.Value.Id))
                .Delete(PoolKeys.Directory(pool.Value.Directory))
                .Delete(PoolKeys.Deletion(pool.Value.Id)),
            cancellationToken).ConfigureAwait(false);

    private async Task ReleaseAsync(long id)
    {
        try
        {
            await Records.CommitAsync(new RecordTransaction().Delete(PoolKeys.Deletion(id)), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // Then the claim goes with this client's session; the first failure is the one to report.
        }
    }

    private static async Task IgnoreMissingAsync(Task deletion)
    {
        try
        {
            await deletion.ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            // An earlier attempt got so far.
        }
    }
}
