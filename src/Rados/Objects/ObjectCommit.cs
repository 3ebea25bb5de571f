using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// Stores what an operation changed, at once for everybody. What does not fit in one transaction is put in place before, where nothing points at it yet
/// and a record says that it is garbage unless the operation succeeds.
/// </summary>
internal sealed class ObjectCommit(ObjectKeys keys, IRecordStore records, long session)
{
    // So few go in the transaction itself.
    private const int DirectDeletesMax = 8;

    private readonly ObjectGarbage _garbage = new(keys, records);

    /// <returns>The object's new version; null: somebody else changed it meanwhile.</returns>
    public async Task<long?> TryRunAsync(ObjectState state, CancellationToken cancellationToken)
    {
        ObjectChange change = await state.ChangeAsync(cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = Begin(state, change);
        Record? staged = null;
        if (change.FitsOneTransaction)
            Put(transaction, change.Puts);
        else
            staged = await StageAsync(change, cancellationToken).ConfigureAwait(false);
        if (staged is not null)
            transaction.Require(staged).Delete(staged.Key).Delete(HoldOf(staged));
        bool leavesGarbage = AddGarbage(transaction, change.Garbage);

        RecordCommit commit = await records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded && staged is not null)
            await ReleaseAsync(staged, cancellationToken).ConfigureAwait(false);
        if (leavesGarbage || staged is not null)
            await SweepAsync(cancellationToken).ConfigureAwait(false);
        return commit.Succeeded ? commit.Revision : null;
    }

    // The operation has succeeded whatever comes of it; what stays goes with somebody's next one.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _garbage.SweepAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StorageException or OperationCanceledException)
        {
        }
    }

    private RecordTransaction Begin(ObjectState state, ObjectChange change)
    {
        string header = keys.Header(state.Id);
        var transaction = new RecordTransaction();
        transaction = state.Seen is null ? transaction.RequireAbsent(header) : transaction.Require(state.Seen);
        if (change.Stored is not null)
            transaction.Put(header, RadosRecords.Serialize(change.Stored, RadosJsonContext.Default.ObjectRecord));
        else if (state.Seen is not null)
            transaction.Delete(header);
        foreach (string entry in change.RemovedEntries)
            transaction.Delete(entry);
        return transaction;
    }

    private bool AddGarbage(RecordTransaction transaction, ObjectGarbageRecord garbage)
    {
        if (garbage.Omaps.Count == 0 && garbage.Chunks.Count <= DirectDeletesMax)
        {
            foreach (string chunk in garbage.Chunks)
                transaction.Delete(keys.Chunk(chunk));
            return false;
        }

        transaction.Put(keys.Garbage(Guid.NewGuid().ToString("N")), ObjectGarbage.Serialize(garbage));
        return true;
    }

    private async Task<Record> StageAsync(ObjectChange change, CancellationToken cancellationToken)
    {
        string id = Guid.NewGuid().ToString("N");
        var garbage = new ObjectGarbageRecord { Chunks = change.NewChunks, Omaps = change.NewOmap is null ? [] : [change.NewOmap] };
        byte[] content = ObjectGarbage.Serialize(garbage);
        RecordCommit commit = await records.CommitAsync(
            new RecordTransaction().Put(keys.Garbage(id), content).Put(keys.GarbageHold(id), default, session), cancellationToken).ConfigureAwait(false);
        foreach (IReadOnlyList<KeyValuePair<string, byte[]>> batch in Batches(change.Puts))
        {
            var transaction = new RecordTransaction();
            Put(transaction, batch);
            await records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }

        return new Record(keys.Garbage(id), content, commit.Revision, 0);
    }

    private static void Put(RecordTransaction transaction, IEnumerable<KeyValuePair<string, byte[]>> puts)
    {
        foreach ((string key, byte[] value) in puts)
            transaction.Put(key, value);
    }

    private static IEnumerable<IReadOnlyList<KeyValuePair<string, byte[]>>> Batches(IReadOnlyList<KeyValuePair<string, byte[]>> puts)
    {
        var batch = new List<KeyValuePair<string, byte[]>>();
        int bytes = 0;
        foreach (KeyValuePair<string, byte[]> put in puts)
        {
            if (batch.Count == ObjectLimits.TransactionChangesMax || (batch.Count > 0 && bytes + put.Value.Length > ObjectLimits.TransactionBytesMax))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(put);
            bytes += put.Value.Length + (2 * put.Key.Length);
        }

        yield return batch;
    }

    private string HoldOf(Record staged) => keys.GarbageHold(staged.Key[keys.AllGarbage.Length..]);

    private async Task ReleaseAsync(Record staged, CancellationToken cancellationToken) =>
        await records.CommitAsync(new RecordTransaction().Delete(HoldOf(staged)), cancellationToken).ConfigureAwait(false);
}
