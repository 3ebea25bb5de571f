using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Deletes what no object's record points at any more, also after clients that died before they could.</summary>
internal sealed class ObjectGarbage(ObjectKeys keys, IRecordStore records)
{
    private const int RecordsAtOnce = 16;

    public static byte[] Serialize(ObjectGarbageRecord garbage) => RadosRecords.Serialize(garbage, RadosJsonContext.Default.ObjectGarbageRecord);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> found = await records.RangeAsync(keys.AllGarbage, null, RecordsAtOnce, cancellationToken).ConfigureAwait(false);
        foreach (Record record in found)
            await SweepAsync(record, cancellationToken).ConfigureAwait(false);
    }

    private async Task SweepAsync(Record record, CancellationToken cancellationToken)
    {
        string hold = keys.GarbageHold(record.Key[keys.AllGarbage.Length..]);
        // The record as condition: a writer whose operation has succeeded in between has taken it away, and needs what it names.
        RecordCommit claim = await records.CommitAsync(
            new RecordTransaction().Require(record).RequireAbsent(hold).Put(record.Key, record.Value), cancellationToken).ConfigureAwait(false);
        if (!claim.Succeeded)
            return;
        ObjectGarbageRecord garbage =
            RadosRecords.Parse(record, RadosJsonContext.Default.ObjectGarbageRecord, value => value.Version);
        await DeleteAsync([.. garbage.Chunks.Select(keys.Chunk)], cancellationToken).ConfigureAwait(false);
        foreach (string omap in garbage.Omaps)
            await DeleteEntriesAsync(keys.OmapEntries(omap), cancellationToken).ConfigureAwait(false);
        await DeleteAsync([record.Key], cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteEntriesAsync(string prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<Record> entries = await records.RangeAsync(
                prefix, null, ObjectLimits.TransactionChangesMax, cancellationToken).ConfigureAwait(false);
            if (entries.Count == 0)
                return;
            await DeleteAsync([.. entries.Select(entry => entry.Key)], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(IReadOnlyList<string> all, CancellationToken cancellationToken)
    {
        foreach (string[] batch in all.Chunk(ObjectLimits.TransactionChangesMax))
        {
            var transaction = new RecordTransaction();
            foreach (string key in batch)
                transaction.Delete(key);
            await records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }
}
