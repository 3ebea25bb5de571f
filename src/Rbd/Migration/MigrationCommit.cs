using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Ends a migration for good: once that is noted, the destination gets what it borrows, the source gives up the rest, and one
/// transaction ends both its records and the migration. Its volumes are deleted when everybody who may still read them follows. Cut
/// short, it goes on when it is called again.
/// </summary>
internal sealed class MigrationCommit(MigrationWork work, ProgressCallback? progress)
{
    // Two changes each, in a transaction of at most 128 (etcd).
    private const int AtOnceMax = 40;

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

        await MarkAsync(cancellationToken).ConfigureAwait(false);
        await TakeBorrowedAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<VolumeClaim>> removing = await GiveUpVolumesAsync(cancellationToken).ConfigureAwait(false);
        CloneDetachment? detachment = null;
        long revision = await work.ChangeAsync(
            "commit the migration",
            async (current, transaction) =>
            {
                detachment = await AddSourceAsync(transaction, cancellationToken).ConfigureAwait(false);
                return current with { Features = current.Features & ~ImageFeatures.Migrating, Migration = null };
            },
            cancellationToken).ConfigureAwait(false);

        // The migration has ended; what follows is only the cleaning up.
        await LayerDropping.DeleteVolumesAsync(
            Pool, work.DestinationId, removing, s_patience, CancellationToken.None).ConfigureAwait(false);
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

    // From here on only a commit can go on.
    private Task<long> MarkAsync(CancellationToken cancellationToken) => work.ChangeAsync(
        "begin to commit the migration",
        async (current, transaction) =>
        {
            if (await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is { } origin)
            {
                transaction.Require(origin.Record).PutHeader(
                    origin.Record.Key, origin.Value with { Migration = origin.Value.Migration! with { IsCommitting = true } });
            }

            return current with { Migration = current.Migration! with { IsCommitting = true } };
        },
        cancellationToken);

    private async Task TakeBorrowedAsync(CancellationToken cancellationToken)
    {
        ImageHeader header = (await work.Pair.GetDestinationAsync(cancellationToken).ConfigureAwait(false)).Value;
        var keys = new RecordKeys(header.DataPoolId);
        IReadOnlyList<Stored<LayerRecord>> layers = await Pool.RangeAsync(
            Pool.Keys.Layers(work.DestinationId), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        foreach (Stored<LayerRecord>[] batch in layers.Where(layer => layer.Value.IsBorrowed).Chunk(AtOnceMax))
        {
            RecordTransaction transaction = work.Operation.NewTransaction();
            foreach (Stored<LayerRecord> layer in batch)
            {
                transaction
                    .Require(layer.Record)
                    .PutLayer(layer.Record.Key, layer.Value with { IsBorrowed = false })
                    .PutClaim(keys.Claim(layer.Value.Volume), ClaimOf(layer.Value.Path));
            }

            await CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The claims on the source's volumes that the destination has copies of.</returns>
    private async Task<IReadOnlyList<Stored<VolumeClaim>>> GiveUpVolumesAsync(CancellationToken cancellationToken)
    {
        if (work.Pair.Source is not { } source
            || await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is not { } origin)
            return [];
        var removing = new List<Stored<VolumeClaim>>();
        IReadOnlyList<VolumeOfImage> volumes = await VolumeOfImage.ListAsync(source, origin.Value, cancellationToken).ConfigureAwait(false);
        foreach (VolumeOfImage[] batch in volumes.Chunk(AtOnceMax))
        {
            RecordTransaction transaction = work.Operation.NewTransaction();
            var given = new List<Stored<VolumeClaim>>();
            foreach (VolumeOfImage volume in batch)
            {
                Stored<VolumeClaim>? claim = await source.GetAsync(
                    volume.ClaimKey, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
                if (claim is null || !IsToGo(claim.Value, origin.Value.Id))
                    continue;
                VolumeClaim gone = ClaimOf(volume.Path) with { State = ClaimState.Removing, Operation = work.Operation.Id };
                transaction.Require(claim.Record).PutClaim(volume.ClaimKey, gone);
                given.Add(new Stored<VolumeClaim>(claim.Record, gone));
            }

            long revision = await CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            removing.AddRange(given.Select(claim => claim.At(revision)));
        }

        return removing;
    }

    // Or a commit that was cut short has given it up before.
    private static bool IsToGo(VolumeClaim claim, string sourceId) =>
        claim.State == ClaimState.Removing || string.Equals(claim.ImageId, sourceId, StringComparison.Ordinal);

    private async Task<long> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? commit.Revision
            : throw new StorageException(Errno.ESHUTDOWN, "the session of the migration was lost, or somebody else changed its layers: commit again");
    }

    private async Task<CloneDetachment?> AddSourceAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        if (work.Pair.Source is not { } source
            || await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is not { } origin)
            return null;
        transaction.Require(origin.Record).Delete(origin.Record.Key).Delete(source.Keys.TrashEntry(origin.Value.Id));
        CloneDetachment? detachment = await CloneDetachment.ReadAsync(source, origin.Value, cancellationToken).ConfigureAwait(false);
        detachment?.AddTo(transaction);
        return detachment;
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
            await ImageFlatten.RunAsync(Pool, header.Id, Pool.Describe(header.Name), parent: null, progress: null, cancellationToken).ConfigureAwait(false);
    }
}
