using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Renames an image's volume after the image, in two steps: the layer names both places while the volume is between them, so that
/// it is found whatever happens.
/// </summary>
internal static class VolumeMove
{
    /// <summary>
    /// <see cref="FollowNameAsync(ImagePool, string, CancellationToken)"/> at the end of something that has succeeded: the image is
    /// whole under either name, so a failure is only logged.
    /// </summary>
    public static async Task TryFollowNameAsync(ImagePool pool, string id)
    {
        try
        {
            await FollowNameAsync(pool, id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.VolumeNotMoved(pool.Logger, id, error);
        }
    }

    /// <summary>Lets the volume take the image's name if it may and nobody has the image open; else leaves it where it is.</summary>
    public static async Task FollowNameAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        if (!await CanMoveAsync(pool, id, cancellationToken).ConfigureAwait(false))
            return;
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await FollowNameAsync(pool, operation, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an image's volume has another name than it should.</summary>
    public static bool IsAway(ImagePool pool, ImageRecords records) =>
        records.HeadLayer is var layer && (layer.Value.MovingTo is not null
            || (HomeOf(pool, records.Header.Value, layer) is { } home
                && !string.Equals(layer.Value.Volume, home, StringComparison.Ordinal)));

    // Looks before it bars anybody: where the name is another's volume, this one stays away for long.
    private static async Task<bool> CanMoveAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        if (await ImageRecords.ReadAsync(pool, id, cancellationToken).ConfigureAwait(false) is not { } records || !IsAway(pool, records))
            return false;
        return records.HeadLayer.Value.MovingTo is not null
            || !await IsTakenAsync(pool, HomeOf(pool, records.Header.Value, records.HeadLayer)!, cancellationToken).ConfigureAwait(false);
    }

    private static async Task FollowNameAsync(ImagePool pool, Operation operation, string id, CancellationToken cancellationToken)
    {
        if (await GetHeaderAsync(pool, id, cancellationToken).ConfigureAwait(false) is not { } header
            || await ImageBar.TryPutAsync(pool, operation, header, cancellationToken).ConfigureAwait(false) is null
            || await pool.AnyAsync(pool.Keys.Watchers(id), cancellationToken).ConfigureAwait(false))
            return;

        if (await SettleAsync(pool, operation, header, cancellationToken).ConfigureAwait(false) is not { } layer
            || HomeOf(pool, header.Value, layer) is not { } home
            || string.Equals(layer.Value.Volume, home, StringComparison.Ordinal)
            || await IsTakenAsync(pool, home, cancellationToken).ConfigureAwait(false))
            return;

        if (await AnnounceAsync(pool, operation, layer, home, cancellationToken).ConfigureAwait(false))
            await MoveAsync(pool, operation, header, layer.Value.Path, home).ConfigureAwait(false);
    }

    // From here on the move is seen through or taken back, whatever the caller does.
    private static async Task MoveAsync(
        ImagePool pool, Operation operation, Stored<ImageHeader> header, VolumePath path, string home)
    {
        try
        {
            await pool.Volumes.RenameAsync(path, home, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno is Errno.EEXIST or Errno.EBUSY)
        {
            // Somebody's volume since a moment, or a reader has it open: it stays where it is.
        }

        await SettleAsync(pool, operation, header, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Ends a move, begun by whomever: the layer gets the one name that its volume has.</summary>
    private static async Task<Stored<LayerRecord>?> SettleAsync(
        ImagePool pool, Operation operation, Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        if (await GetLayerAsync(pool, header, cancellationToken).ConfigureAwait(false) is not { } layer)
            return null;
        VolumeOfImage volume = await VolumeOfImage.OfLayerAsync(pool, header.Value, layer, cancellationToken).ConfigureAwait(false);
        if (volume.OtherClaimKey is null)
            return volume.Layer;

        LayerRecord settled = volume.Layer.Value with { Volume = volume.Path.Name, MovingTo = null };
        RecordTransaction transaction = operation.NewTransaction()
            .Require(volume.Layer.Record)
            .PutLayer(volume.Layer.Record.Key, settled)
            .Delete(volume.OtherClaimKey);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? new Stored<LayerRecord>(volume.Layer.Record with { Revision = commit.Revision }, settled)
            : null;
    }

    private static async Task<bool> AnnounceAsync(
        ImagePool pool, Operation operation, Stored<LayerRecord> layer, string home, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? claim = await VolumeClaims.FindAsync(pool, layer.Value.Volume, cancellationToken).ConfigureAwait(false);
        if (claim is null)
            return false;
        string homeKey = pool.Keys.Claim(home);
        RecordTransaction transaction = operation.NewTransaction()
            .Require(layer.Record)
            .Require(claim.Record)
            .RequireAbsent(homeKey)
            .PutLayer(layer.Record.Key, layer.Value with { MovingTo = home })
            .PutClaim(homeKey, claim.Value with { Volume = home });
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsTakenAsync(ImagePool pool, string home, CancellationToken cancellationToken) =>
        await VolumeClaims.FindAsync(pool, home, cancellationToken).ConfigureAwait(false) is not null
        || await pool.Volumes.StatAsync(new VolumePath(pool.Directory, home, pool.Owner), cancellationToken).ConfigureAwait(false)
            is not null;

    // Only an image that is one plain volume is that volume; another has several, and none of them is what its name promises.
    /// <returns>The volume name that the image should have; null when any is as good.</returns>
    private static string? HomeOf(ImagePool pool, ImageHeader header, Stored<LayerRecord> layer) =>
        header.Namespace.IsEmpty
        && header.DataPoolId == pool.Id
        && layer.Value is { Kind: LayerKind.Plain, Below: null, LiesOnParent: false }
        && string.Equals(layer.Record.Key, pool.Keys.Layer(header.Id, header.HeadLayer), StringComparison.Ordinal)
            ? VolumeNames.FromImage(header.Name, pool.Volumes.Limits)
            : null;

    private static ValueTask<Stored<ImageHeader>?> GetHeaderAsync(ImagePool pool, string id, CancellationToken cancellationToken) =>
        pool.GetAsync(pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken);

    // The one that is moving; it may have been frozen after a move was cut short.
    private static async ValueTask<Stored<LayerRecord>?> GetLayerAsync(
        ImagePool pool, Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<LayerRecord>> layers = await pool.RangeAsync(
            pool.Keys.Layers(header.Value.Id), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        string head = pool.Keys.Layer(header.Value.Id, header.Value.HeadLayer);
        return layers.FirstOrDefault(layer => layer.Value.MovingTo is not null)
            ?? layers.FirstOrDefault(layer => string.Equals(layer.Record.Key, head, StringComparison.Ordinal));
    }
}
