using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Ends a migration for good, in one transaction: the destination keeps what it has, and gets what it borrows; the source is gone. Its
/// volumes are deleted when everybody who may still read them follows.
/// </summary>
internal sealed class MigrationCommit(MigrationWork work, ProgressCallback? progress)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_readerPatience = TimeSpan.FromSeconds(2);

    private ImagePool Pool => work.Destination;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImageHeader header = await work.ThrowUnlessAsync([MigrationState.Executed], cancellationToken).ConfigureAwait(false);
        if (work.Pair is { Source: { } source, SourceId: { } sourceId })
        {
            await new CloneRelinking(source, sourceId, Pool, work.DestinationId).RunAsync(cancellationToken).ConfigureAwait(false);
            await ThrowIfInUseAsync(source, sourceId, cancellationToken).ConfigureAwait(false);
        }

        List<Stored<VolumeClaim>> removing = [];
        CloneDetachment? detachment = null;
        long revision = await work.ChangeAsync(
            "commit the migration",
            async (current, transaction) =>
            {
                (removing, detachment) = await AddSourceAsync(transaction, current, cancellationToken).ConfigureAwait(false);
                return current with { Features = current.Features & ~ImageFeatures.Migrating, Migration = null };
            },
            cancellationToken).ConfigureAwait(false);

        // The migration has ended; what follows is only the cleaning up.
        await LayerDropping.DeleteVolumesAsync(
            Pool, work.DestinationId, [.. removing.Select(claim => claim.At(revision))], s_patience, CancellationToken.None).ConfigureAwait(false);
        if (work.Pair is { Source: { } old, SourceId: { } oldId })
            await old.DeleteRangeAsync(old.Keys.Image(oldId), CancellationToken.None).ConfigureAwait(false);
        if (detachment is not null)
            await detachment.SettleAsync(revision).ConfigureAwait(false);
        await VolumeMove.TryFollowNameAsync(Pool, work.DestinationId).ConfigureAwait(false);
        await FlattenAsync(header, cancellationToken).ConfigureAwait(false);
        progress?.Invoke(1, 1);
    }

    // It may have been opened by its name before, for reading: nobody tells that handle where the image is now.
    // Clones that look at the destination since a moment are given time to let go.
    private static async Task ThrowIfInUseAsync(ImagePool source, string id, CancellationToken cancellationToken)
    {
        long begun = Environment.TickCount64;
        while (await source.AnyAsync(source.Keys.Readers(id), cancellationToken).ConfigureAwait(false)
            || await source.AnyAsync(source.Keys.Watchers(id), cancellationToken).ConfigureAwait(false))
        {
            if (Environment.TickCount64 - begun > s_readerPatience.TotalMilliseconds)
                throw new StorageException(Errno.EBUSY, $"somebody still reads the source of the migration, image id {id} in pool {source.Io.Pool.Name}: close it, then commit");
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(List<Stored<VolumeClaim>> Removing, CloneDetachment? Detachment)> AddSourceAsync(
        RecordTransaction transaction, ImageHeader header, CancellationToken cancellationToken)
    {
        if (work.Pair.Source is not { } source
            || await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is not { } origin)
            return ([], null);
        string trash = source.Keys.TrashEntry(origin.Value.Id);
        transaction.Require(origin.Record).Delete(origin.Record.Key).Delete(trash);
        HashSet<string> kept = await AddBorrowedAsync(transaction, header, cancellationToken).ConfigureAwait(false);
        var removing = new List<Stored<VolumeClaim>>();
        foreach (VolumeOfImage volume in await VolumeOfImage.ListAsync(source, origin.Value, cancellationToken).ConfigureAwait(false))
        {
            if (kept.Contains(volume.ClaimKey))
                continue;
            VolumeClaim claim = ClaimOf(volume.Path) with { State = ClaimState.Removing, Operation = work.Operation.Id };
            transaction.Require(volume.Layer.Record).PutClaim(volume.ClaimKey, claim);
            removing.Add(new Stored<VolumeClaim>(new Record(volume.ClaimKey, default, 0, 0), claim));
        }

        CloneDetachment? detachment = await CloneDetachment.ReadAsync(source, origin.Value, cancellationToken).ConfigureAwait(false);
        detachment?.AddTo(transaction);
        return (removing, detachment);
    }

    /// <returns>Keys of the claims on what is the destination's from now on.</returns>
    private async Task<HashSet<string>> AddBorrowedAsync(RecordTransaction transaction, ImageHeader header, CancellationToken cancellationToken)
    {
        var keys = new RecordKeys(header.DataPoolId);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<Stored<LayerRecord>> layers = await Pool.RangeAsync(
            Pool.Keys.Layers(work.DestinationId), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        foreach (Stored<LayerRecord> layer in layers.Where(layer => layer.Value.IsBorrowed))
        {
            string key = keys.Claim(layer.Value.Volume);
            kept.Add(key);
            transaction
                .Require(layer.Record)
                .PutLayer(layer.Record.Key, layer.Value with { IsBorrowed = false })
                .PutClaim(key, ClaimOf(layer.Value.Path));
        }

        return kept;
    }

    // Also of what is deleted: those who still read it have the destination open, or clones of it.
    private VolumeClaim ClaimOf(VolumePath path) => new()
    {
        State = ClaimState.Live,
        Pool = path.Pool,
        Volume = path.Name,
        Owner = path.Owner,
        ImageId = work.DestinationId,
        ImagePoolId = Pool.Id,
    };

    private async Task FlattenAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        if (header is { Migration.Flattens: true, Parent: not null })
            await ImageFlatten.RunAsync(Pool, header.Id, Pool.Describe(header.Name), progress: null, cancellationToken).ConfigureAwait(false);
    }
}
