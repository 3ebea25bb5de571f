using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The records of an image's ownership, read at once.</summary>
/// <param name="Owner">null: nobody is.</param>
/// <param name="Last">Of the last owner, unless it gave up in order; only where writes may outlive their process.</param>
/// <param name="Fence">Put whenever the image's volumes were fenced; whoever opened them before must open them anew.</param>
/// <param name="Waiting">First come, first served.</param>
internal sealed record OwnershipSight(
    Stored<OwnerRecord>? Owner, Stored<OwnerRecord>? Last, Record? Fence, IReadOnlyList<Stored<OwnerRecord>> Waiting)
{
    public static async Task<OwnershipSight> ReadAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await pool.Records.RangeAsync(pool.Keys.Owner(id), null, 0, cancellationToken).ConfigureAwait(false);
        string waiting = pool.Keys.OwnerRequests(id);
        return new OwnershipSight(
            Parse(Find(records, pool.Keys.Owner(id))),
            Parse(Find(records, pool.Keys.LastOwner(id))),
            Find(records, pool.Keys.OwnerFence(id)),
            [.. records.Where(record => record.Key.StartsWith(waiting, StringComparison.Ordinal)).Select(record => Parse(record)!).OrderBy(request => request.Record.Revision)]);
    }

    private static Record? Find(IReadOnlyList<Record> records, string key) =>
        records.FirstOrDefault(record => string.Equals(record.Key, key, StringComparison.Ordinal));

    private static Stored<OwnerRecord>? Parse(Record? record) =>
        record is null ? null : Stored.Parse(record, RbdJsonContext.Default.OwnerRecord);
}
