using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes layers out of an image that nothing leads to any more. Their volumes are deleted when everybody who may still read them
/// follows; whatever is left then has its claim, and is deleted by whoever comes later.
/// </summary>
internal static class LayerDropping
{
    // Two changes each, in a transaction of at most 128 (etcd).
    private const int DropBatch = 40;

    /// <returns>Claims of the volumes to delete; null when others changed the image meanwhile.</returns>
    public static async Task<IReadOnlyList<Stored<VolumeClaim>>?> TryDropAsync(
        ImagePool pool, LayerGraph graph, Operation operation, CancellationToken cancellationToken)
    {
        ImageLayer[] dropped = [.. graph.FindUnreferenced().Take(DropBatch)];
        if (dropped.Length == 0)
            return [];
        RecordTransaction transaction = operation.NewTransaction()
            .Require(graph.Header.Record)
            .PutHeader(graph.Header.Record.Key, graph.Header.Value);
        var claims = new List<(string Key, VolumeClaim Claim)>();
        foreach (ImageLayer layer in dropped)
        {
            transaction.Delete(layer.Record.Key);
            (string key, VolumeClaim claim) = Removing(pool, graph, layer.Value, operation.Id);
            transaction.PutClaim(key, claim);
            claims.Add((key, claim));
        }

        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? [.. claims.Select(claim => new Stored<VolumeClaim>(new Record(claim.Key, default, commit.Revision, 0), claim.Claim))]
            : null;
    }

    /// <summary>What becomes of the claim on a volume whose layer goes.</summary>
    public static (string Key, VolumeClaim Claim) Removing(ImagePool pool, LayerGraph graph, LayerRecord layer, long operation) =>
        (new RecordKeys(graph.Header.Value.DataPoolId).Claim(layer.Volume), new VolumeClaim
        {
            State = ClaimState.Removing,
            Pool = layer.Pool,
            Volume = layer.Volume,
            Owner = layer.Owner,
            ImageId = graph.Header.Value.Id,
            ImagePoolId = pool.Id,
            Operation = operation,
        });

    /// <summary>Deletes volumes of former layers once everybody follows.</summary>
    /// <returns>false: somebody does not follow in time; the claims say what is to be deleted.</returns>
    public static async Task<bool> DeleteVolumesAsync(
        ImagePool pool, string imageId, IReadOnlyList<Stored<VolumeClaim>> claims, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
            return true;
        if (!await LayerUsers.WaitUntilAllFollowAsync(pool, imageId, patience, cancellationToken).ConfigureAwait(false))
            return false;
        foreach (Stored<VolumeClaim> claim in claims)
            await VolumeClaims.FinishRemovalAsync(pool, claim, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
