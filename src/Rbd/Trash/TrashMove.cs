using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Takes an image's name away, in one transaction. Whoever has it open goes on.</summary>
internal sealed class TrashMove(ImagePool pool, ByteName name, TrashSource source, TimeSpan delay, TimeProvider time)
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        ImagePool.RetryAsync($"move {pool.Describe(name)} to the trash", () => TryAsync(cancellationToken));

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        string id = await ImageResolution.IdOfAsync(pool, name, cancellationToken).ConfigureAwait(false);
        Record? nameRecord = await pool.Records.GetAsync(pool.Keys.Name(pool.Namespace, name), cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader>? header = await pool.GetAsync(
            pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        if (nameRecord is null || header is null)
            return false;
        MigrationBar.ThrowIfMigrating(header.Value, pool.Describe(name));

        RecordTransaction transaction = new RecordTransaction()
            .Require(nameRecord)
            .Require(header.Record)
            .RequireAbsent(pool.Keys.Bar(id))
            .Delete(nameRecord.Key)
            .PutHeader(header.Record.Key, header.Value)
            .PutTrash(pool.Keys.TrashEntry(id), NewRecord(id));
        if (await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
            return true;
        await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private TrashRecord NewRecord(string id)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan left = DateTimeOffset.MaxValue - now;
        return new TrashRecord
        {
            Id = id,
            Name = name,
            Namespace = pool.Namespace,
            Source = source,
            DeletedAt = now,
            DeferredUntil = now + (delay < left ? delay : left),
        };
    }
}
