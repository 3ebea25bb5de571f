using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The transactions of a merge. Each moves the header, and what comes after it waits until everybody who has the layers open follows:
/// nobody looks for a cluster where it is not any more.
/// </summary>
internal sealed class MergeSteps(ImagePool pool, string imageId, MergeLease lease, TimeSpan patience)
{
    /// <summary>Says that the upper layer's clusters are about to move.</summary>
    /// <returns>The layers as they are now; null: they are others, or somebody does not follow.</returns>
    public Task<LayerPair?> AnnounceAsync(LayerPair pair, CancellationToken cancellationToken) =>
        ChangeAsync(pair, (transaction, found) =>
        {
            if (!found.Upper.Value.IsMerging)
                transaction.PutLayer(found.Upper.Record.Key, found.Upper.Value with { IsMerging = true });
        }, cancellationToken);

    /// <summary>
    /// Lets the upper layer see all of the lower one, in which nothing is left beyond what it saw; what the lower one sees is cut instead.
    /// </summary>
    public Task<LayerPair?> LiftOverlapAsync(LayerPair pair, CancellationToken cancellationToken) =>
        ChangeAsync(pair, (transaction, found) =>
        {
            if (found.Upper.Value.BelowOverlap is not { } overlap)
                return;
            ulong lowerOverlap = Math.Min(found.Lower.Value.BelowOverlap ?? ulong.MaxValue, overlap);
            transaction.PutLayer(found.Upper.Record.Key, found.Upper.Value with { BelowOverlap = null });
            transaction.PutLayer(found.Lower.Record.Key, found.Lower.Value with { BelowOverlap = lowerOverlap });
        }, cancellationToken);

    /// <summary>
    /// Gives the upper layer, of which nothing is left in its own volume, the volume and the place of the lower one; or, if that has moved
    /// up, lets the upper layer lie on what the lower one lay on.
    /// </summary>
    /// <returns>The claim on the volume that is left over; null: others changed the layers.</returns>
    public async Task<Stored<VolumeClaim>?> FinishAsync(LayerPair pair, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? left = null;
        await ImagePool.RetryAsync($"merge layers of image {imageId}", async () =>
        {
            LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
            if (graph is null)
                return true;
            RecordTransaction transaction = NewTransaction(graph);
            if (AddFinish(transaction, graph, pair) is not { } claim)
                return true;
            RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            left = commit.Succeeded ? claim.At(commit.Revision) : null;
            return commit.Succeeded || await IsLostAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return left;
    }

    /// <summary>The same for the head, whose last clusters move while nobody writes.</summary>
    /// <param name="moveRest">Gets the records as they will be until the end, and says whether nothing is left.</param>
    /// <exception cref="StorageException">EAGAIN: others changed the layers, or something is left. ETIMEDOUT: somebody did not stop writing.</exception>
    public async Task<Stored<VolumeClaim>> FinishHeadAsync(LayerPair pair, Func<ImageRecords, Task<bool>> moveRest, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? left = null;
        long revision = await new HeadChange(pool, imageId, lease.Operation).RunAsync(
            new FreezeRecord { Operation = "merge", SkipsQuiesce = true },
            async (records, transaction) =>
            {
                bool isDone = await moveRest(records).ConfigureAwait(false);
                left = AddFinish(lease.AddTo(transaction), new LayerGraph(records), pair);
                return isDone && left is not null
                    ? records.Header.Value
                    : throw new StorageException(Errno.EAGAIN, $"the layers of image {imageId} have changed");
            },
            cancellationToken).ConfigureAwait(false);
        return left!.At(revision);
    }

    private Stored<VolumeClaim>? AddFinish(RecordTransaction transaction, LayerGraph graph, LayerPair pair)
    {
        if (Find(graph, pair) is not { } found || (!found.IsUpward && found.Upper.Value.BelowOverlap is not null))
            return null;
        LayerRecord leftOver = (found.IsUpward ? found.Lower : found.Upper).Value;
        (string key, VolumeClaim claim) = LayerDropping.Removing(pool, graph, leftOver, lease.Operation.Id);
        transaction
            .PutLayer(found.Upper.Record.Key, found.IsUpward ? Lifted(found) : Merged(found))
            .Delete(found.Lower.Record.Key)
            .PutClaim(key, claim);
        return new Stored<VolumeClaim>(new Record(key, default, 0, 0), claim);
    }

    private static LayerRecord Merged(LayerPair pair) => pair.Lower.Value with
    {
        HeaderId = pair.Lower.Value.Kind == LayerKind.Overlay ? pair.Lower.HeaderId : null,
    };

    private static LayerRecord Lifted(LayerPair pair) => pair.Upper.Value with
    {
        Below = pair.Lower.Value.Below,
        BelowOverlap = LayerRecord.Least(pair.Upper.Value.BelowOverlap, pair.Lower.Value.BelowOverlap),
        IsMerging = false,
    };

    private async Task<LayerPair?> ChangeAsync(
        LayerPair pair, Action<RecordTransaction, LayerPair> change, CancellationToken cancellationToken)
    {
        bool isCommitted = false;
        await ImagePool.RetryAsync($"merge layers of image {imageId}", async () =>
        {
            LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
            if (graph is null || Find(graph, pair) is not { } found)
                return true;
            RecordTransaction transaction = NewTransaction(graph);
            change(transaction, found);
            isCommitted = await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            return isCommitted || await IsLostAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (!isCommitted || !await LayerUsers.WaitUntilAllFollowAsync(pool, imageId, patience, cancellationToken).ConfigureAwait(false))
            return null;
        LayerGraph? followed = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
        return followed is null ? null : Find(followed, pair);
    }

    private RecordTransaction NewTransaction(LayerGraph graph) => lease.NewTransaction()
        .Require(graph.Header.Record)
        .PutHeader(graph.Header.Record.Key, graph.Header.Value);

    // The same volumes, and still nobody else's.
    private static LayerPair? Find(LayerGraph graph, LayerPair pair) =>
        graph.FindPair(pair.Upper.Id) is { } found
        && found.Lower.Value.Path == pair.Lower.Value.Path && found.Upper.Value.Path == pair.Upper.Value.Path
            ? found
            : null;

    // Then no attempt can succeed any more.
    private async Task<bool> IsLostAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await pool.Records.GetAsync(pool.Keys.Merge(imageId), cancellationToken).ConfigureAwait(false)
            is not { } record || record.Session != lease.Operation.Id;
    }
}
