using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Finishes what creations and removals of volumes left behind.</summary>
internal static class VolumeClaims
{
    public static ValueTask<Stored<VolumeClaim>?> FindAsync(
        ImagePool pool, string volumeName, CancellationToken cancellationToken) =>
        pool.GetAsync(pool.Keys.Claim(volumeName), RbdJsonContext.Default.VolumeClaim, cancellationToken);

    /// <summary>
    /// Whether an intent's operation ended before it was finished, or the volume is the data of an image whose own pool was deleted.
    /// </summary>
    public static async ValueTask<bool> IsAbandonedAsync(
        ImagePool pool, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        if (claim.Value.State == ClaimState.Live)
            return await IsPoolGoneAsync(pool, claim.Value.ImagePoolId, cancellationToken).ConfigureAwait(false);
        string key = RecordKeys.Operation(claim.Value.Operation);
        return await pool.Records.GetAsync(key, cancellationToken).ConfigureAwait(false) is null;
    }

    /// <summary>Those of the claims that <see cref="IsAbandonedAsync"/> is true of.</summary>
    public static async Task<IReadOnlyList<Stored<VolumeClaim>>> ListAbandonedAsync(
        ImagePool pool, IReadOnlyList<Stored<VolumeClaim>> claims, CancellationToken cancellationToken)
    {
        // Most are live, and of few pools.
        var gone = new HashSet<long>();
        foreach (long id in claims.Select(claim => claim.Value.ImagePoolId).Distinct())
        {
            if (await IsPoolGoneAsync(pool, id, cancellationToken).ConfigureAwait(false))
                gone.Add(id);
        }

        var abandoned = new List<Stored<VolumeClaim>>();
        foreach (Stored<VolumeClaim> claim in claims.Where(claim => claim.Value.State != ClaimState.Live || gone.Contains(claim.Value.ImagePoolId)))
        {
            if (await IsAbandonedAsync(pool, claim, cancellationToken).ConfigureAwait(false))
                abandoned.Add(claim);
        }

        return abandoned;
    }

    /// <summary>
    /// Undoes an abandoned creation, finishes an abandoned removal. A volume with an image's name that an abandoned creation left and
    /// that holds data was not made by it; it loses the claim and becomes an image of its own.
    /// </summary>
    public static async Task RepairAsync(ImagePool pool, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        // A former layer's volume may still be read by who does not know yet.
        if (claim.Value.State == ClaimState.Removing
            && !await LayerUsers.AllFollowAsync(pool, new RecordKeys(claim.Value.ImagePoolId), claim.Value.ImageId, cancellationToken).ConfigureAwait(false))
            return;
        Log.RepairingVolume(pool.Logger, claim.Value.Path, claim.Value.State);
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await UndoOrFinishAsync(pool, operation, claim, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes back a creation that was not committed.</summary>
    /// <returns>false: it was committed after all.</returns>
    public static async Task<bool> UndoOrFinishAsync(
        ImagePool pool, Operation operation, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        if (claim.Value.State == ClaimState.Creating
            && VolumeNames.ToImage(claim.Value.Volume) is not null
            && await HoldsDataAsync(pool, claim.Value.Path, cancellationToken).ConfigureAwait(false))
        {
            var release = new RecordTransaction().Require(claim.Record).Delete(claim.Record.Key);
            return await pool.TryCommitAsync(release, cancellationToken).ConfigureAwait(false);
        }

        Stored<VolumeClaim>? removing = await MarkRemovingAsync(pool, operation, claim, cancellationToken).ConfigureAwait(false);
        if (removing is null)
            return false;
        await FinishRemovalAsync(pool, removing, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Deletes a volume that no layer uses any more, what is left of an image that is gone (its other volumes too), and the claim: as
    /// long as that is there, whoever comes next can begin anew.
    /// </summary>
    public static async Task FinishRemovalAsync(
        ImagePool pool, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        await DeleteVolumeAsync(pool, claim.Value.Path, cancellationToken).ConfigureAwait(false);
        var keys = new RecordKeys(claim.Value.ImagePoolId);
        Record? header = await pool.Records.GetAsync(keys.Header(claim.Value.ImageId), cancellationToken).ConfigureAwait(false);
        if (header is null)
            await RemoveRemainsAsync(pool, claim, keys, cancellationToken).ConfigureAwait(false);
        var release = new RecordTransaction().Require(claim.Record).Delete(claim.Record.Key);
        await pool.Records.CommitAsync(release, cancellationToken).ConfigureAwait(false);
    }

    // An image of many layers is removed with some of them: there is a limit to a transaction. All lie in one pool.
    private static async Task RemoveRemainsAsync(
        ImagePool pool, Stored<VolumeClaim> claim, RecordKeys keys, CancellationToken cancellationToken)
    {
        string claims = claim.Record.Key[..claim.Record.Key.LastIndexOf('/')] + '/';
        IReadOnlyList<Stored<LayerRecord>> layers = await pool.RangeAsync(
            keys.Layers(claim.Value.ImageId), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        foreach (string volume in layers.Select(layer => layer.Value.Volume))
            await RemoveRemainAsync(pool, claim.Value, claims + ByteName.FromText(volume).Encode(), cancellationToken).ConfigureAwait(false);
        await pool.DeleteRangeAsync(keys.Image(claim.Value.ImageId), cancellationToken).ConfigureAwait(false);
    }

    private static async Task RemoveRemainAsync(ImagePool pool, VolumeClaim image, string key, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? claim = await pool.GetAsync(key, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
        if (claim?.Value is not { State: ClaimState.Live } live || !string.Equals(live.ImageId, image.ImageId, StringComparison.Ordinal) || live.ImagePoolId != image.ImagePoolId)
            return;
        await DeleteVolumeAsync(pool, live.Path, cancellationToken).ConfigureAwait(false);
        await pool.TryCommitAsync(new RecordTransaction().Require(claim.Record).Delete(key), cancellationToken).ConfigureAwait(false);
    }

    // Ids of pools are never used again.
    private static async ValueTask<bool> IsPoolGoneAsync(ImagePool pool, long id, CancellationToken cancellationToken) =>
        id != pool.Id && await pool.Io.Cluster.Pools.FindAsync(id, cancellationToken).ConfigureAwait(false) is null;

    private static async Task<Stored<VolumeClaim>?> MarkRemovingAsync(
        ImagePool pool, Operation operation, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        VolumeClaim removing = claim.Value with { State = ClaimState.Removing, Operation = operation.Id };
        var transaction = operation.NewTransaction().Require(claim.Record).PutClaim(claim.Record.Key, removing);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? new Stored<VolumeClaim>(claim.Record with { Revision = commit.Revision }, removing)
            : null;
    }

    private static async Task DeleteVolumeAsync(ImagePool pool, VolumePath path, CancellationToken cancellationToken)
    {
        try
        {
            await pool.Volumes.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            // Never made, or deleted before the claim could be.
        }
    }

    private static async Task<bool> HoldsDataAsync(ImagePool pool, VolumePath path, CancellationToken cancellationToken)
    {
        if (await pool.Volumes.StatAsync(path, cancellationToken).ConfigureAwait(false) is null)
            return false;
        IVolume volume = await pool.Volumes.OpenAsync(path, readOnly: true, cancellationToken).ConfigureAwait(false);
        await using (volume.ConfigureAwait(false))
            return await volume.NextDataAsync(0, volume.Size).ConfigureAwait(false) is not null;
    }
}
