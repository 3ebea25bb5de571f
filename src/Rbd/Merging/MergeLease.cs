using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The right to merge an image's layers: one has it at a time, and loses it with its session.</summary>
internal sealed class MergeLease : IAsyncDisposable
{
    private readonly Record _record;

    private MergeLease(Operation operation, Record record)
    {
        Operation = operation;
        _record = record;
    }

    public Operation Operation { get; }

    /// <summary>Cancelled when somebody else may have it.</summary>
    public CancellationToken Lost => Operation.Lost;

    /// <returns>null: somebody else merges.</returns>
    public static async Task<MergeLease?> TryTakeAsync(ImagePool pool, string imageId, CancellationToken cancellationToken)
    {
        string key = pool.Keys.Merge(imageId);
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        try
        {
            RecordTransaction transaction = operation.NewTransaction().RequireAbsent(key).PutMarker(key, operation.Id);
            RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (commit.Succeeded)
                return new MergeLease(operation, new Record(key, default, commit.Revision, operation.Id));
        }
        catch
        {
            await operation.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await operation.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>A transaction that fails once the lease is lost.</summary>
    public RecordTransaction NewTransaction() => AddTo(Operation.NewTransaction());

    /// <summary>Lets a transaction of the operation fail once the lease is lost.</summary>
    public RecordTransaction AddTo(RecordTransaction transaction) => transaction.Require(_record);

    public ValueTask DisposeAsync() => Operation.DisposeAsync();
}
