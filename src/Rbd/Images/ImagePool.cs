using System.Text.Json.Serialization.Metadata;
using CurveRbd.Rados;
using CurveRbd.Store;
using Microsoft.Extensions.Logging;

namespace CurveRbd.Rbd;

/// <summary>The stores behind an I/O context, as images see them: typed records and the place of volumes.</summary>
internal sealed class ImagePool(IoContext io)
{
    /// <summary>How many records a transaction may touch: far below etcd's limit of 128.</summary>
    public const int TransactionMax = 100;

    // A commit fails only when somebody else's succeeded, so so many failures in a row mean a defect rather than contention.
    private const int CommitAttemptsMax = 1000;

    public IoContext Io { get; } = io.Clone();

    public long Id => Io.Pool.Id;

    public ByteName Namespace => Io.Namespace;

    public IVolumeStore Volumes => Io.Cluster.Stores.Volumes;

    public IRecordStore Records => Io.Cluster.Records;

    public RecordKeys Keys { get; } = new(io.Pool.Id);

    public string Directory => Io.Pool.Directory;

    public string Owner => Io.Cluster.Name.Id;

    public ILogger Logger => Io.Cluster.CreateLogger("rbd");

    /// <summary>An image's name as messages show it.</summary>
    public string Describe(ByteName name) =>
        Namespace.IsEmpty ? $"{Io.Pool.Name}/{name}" : $"{Io.Pool.Name}/{Namespace}/{name}";

    public async ValueTask<Stored<T>?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : VersionedRecord
    {
        Record? record = await Records.GetAsync(key, cancellationToken).ConfigureAwait(false);
        return record is null ? null : Stored.Parse(record, type);
    }

    public async ValueTask<IReadOnlyList<Stored<T>>> RangeAsync<T>(
        string prefix, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : VersionedRecord
    {
        IReadOnlyList<Record> records = await Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return records.Select(record => Stored.Parse(record, type)).ToList();
    }

    public async ValueTask<bool> AnyAsync(string prefix, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> first = await Records.RangeAsync(prefix, null, 1, cancellationToken).ConfigureAwait(false);
        return first.Count > 0;
    }

    public async ValueTask<bool> TryCommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        RecordCommit commit = await Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded;
    }

    /// <summary>Another pool, or another namespace of this one, of the same cluster.</summary>
    /// <returns>null: the pool is gone.</returns>
    public async ValueTask<ImagePool?> FindOtherAsync(long poolId, ByteName imageNamespace, CancellationToken cancellationToken)
    {
        IoContext? other = poolId == Id ? Io.Clone() : await Io.Cluster.FindIoContextAsync(poolId, cancellationToken).ConfigureAwait(false);
        if (other is null)
            return null;
        other.Namespace = imageNamespace;
        return new ImagePool(other);
    }

    /// <summary>Of a data pool, which may be this one.</summary>
    /// <exception cref="StorageException">ENOENT: it is gone.</exception>
    public async ValueTask<string> GetDirectoryAsync(long poolId, CancellationToken cancellationToken) => poolId == Id
        ? Directory
        : (await Io.Cluster.Pools.FindAsync(poolId, cancellationToken).ConfigureAwait(false))?.Directory
            ?? throw new StorageException(Errno.ENOENT, $"the data pool {poolId} is gone");

    /// <summary>Tries until <paramref name="attempt"/> says that it is done: reading, deciding and committing anew each time.</summary>
    public static async Task RetryAsync(string what, Func<Task<bool>> attempt)
    {
        for (int i = 0; i < CommitAttemptsMax; i++)
        {
            if (await attempt().ConfigureAwait(false))
                return;
        }

        throw new StorageException(Errno.EBUSY, $"{what}: others changed its records {CommitAttemptsMax} times in a row");
    }

    public async Task DeleteRangeAsync(string prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<Record> records =
                await Records.RangeAsync(prefix, null, TransactionMax, cancellationToken).ConfigureAwait(false);
            if (records.Count == 0)
                return;

            var transaction = new RecordTransaction();
            foreach (Record record in records)
                transaction.Delete(record.Key);
            await Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }
}
