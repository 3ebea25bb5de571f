using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Clones that went with their pool: nobody told their parents.</summary>
internal static class LostClones
{
    private const int AtOnceMax = ImagePool.TransactionMax / 3; // of each, the record and perhaps its snapshot

    /// <summary>Forgets those of an image, which hold its snapshots no longer.</summary>
    public static async Task ForgetAsync(ImagePool pool, string imageId, CancellationToken cancellationToken)
    {
        if (await pool.AnyAsync(pool.Keys.Children(imageId), cancellationToken).ConfigureAwait(false))
        {
            await ImagePool.RetryAsync($"forget lost clones of image id {imageId}", () => TryForgetAsync(pool, imageId, cancellationToken))
                .ConfigureAwait(false);
        }
    }

    private static async Task<bool> TryForgetAsync(ImagePool pool, string imageId, CancellationToken cancellationToken)
    {
        if (await ImageRecords.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false) is not { } records)
            return true;
        HashSet<long> gone = await FindGonePoolsAsync(pool, records, cancellationToken).ConfigureAwait(false);
        HashSet<string> lost = [.. records.Children
            .Where(child => gone.Contains(child.Value.PoolId))
            .Select(child => child.Record.Key)
            .Take(AtOnceMax)];
        if (lost.Count == 0)
            return true;
        var transaction = new RecordTransaction();
        ParentChange.Of(pool, records, child => lost.Contains(child.Record.Key)).AddTo(transaction);
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false) && lost.Count < AtOnceMax;
    }

    private static async Task<HashSet<long>> FindGonePoolsAsync(
        ImagePool pool, ImageRecords records, CancellationToken cancellationToken)
    {
        var gone = new HashSet<long>();
        foreach (long poolId in records.Children.Select(child => child.Value.PoolId).Distinct())
        {
            if (await pool.FindOtherAsync(poolId, ByteName.Empty, cancellationToken).ConfigureAwait(false) is null)
                gone.Add(poolId);
        }

        return gone;
    }
}
