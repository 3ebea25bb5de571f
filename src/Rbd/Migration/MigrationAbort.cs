using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes a migration back: clones that are the destination's become the source's, its own volumes are given up, then one transaction
/// makes the source the image again and removes the destination. What only the destination has is lost. Cut short, it goes on when it
/// is called again.
/// </summary>
internal sealed class MigrationAbort(MigrationWork work, ProgressCallback? progress)
{
    private ImagePool Pool => work.Destination;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ThrowIfCommittingAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfSourceTakenAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfOpenAsync(cancellationToken).ConfigureAwait(false);
        CloneRelinking? clones = work.Pair is { Source: { } source, SourceId: { } sourceId }
            ? new CloneRelinking(Pool, work.DestinationId, source, sourceId)
            : null;
        if (clones is not null)
            await clones.ThrowUnlessPossibleAsync(cancellationToken).ConfigureAwait(false);
        else if (await Pool.AnyAsync(Pool.Keys.Children(work.DestinationId), cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EBUSY, $"there are clones of what was imported to image id {work.DestinationId}: flatten or remove them first");

        await work.SetStateAsync(MigrationState.Aborting, null, cancellationToken).ConfigureAwait(false);
        if (clones is not null)
            await clones.RunAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<VolumeClaim>>? removing = null;
        await ImagePool.RetryAsync(
            $"abort the migration to image id {work.DestinationId}",
            async () => (removing = await TryAsync(cancellationToken).ConfigureAwait(false)) is not null).ConfigureAwait(false);
        foreach (Stored<VolumeClaim> claim in removing!)
            await VolumeClaims.FinishRemovalAsync(Pool, claim, CancellationToken.None).ConfigureAwait(false);
        progress?.Invoke(1, 1);
    }

    /// <returns>Claims on the volumes to delete; null: somebody else was at work, look again.</returns>
    private async Task<IReadOnlyList<Stored<VolumeClaim>>?> TryAsync(CancellationToken cancellationToken)
    {
        await work.ThrowIfLostAsync(cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader> header = await work.Pair.GetDestinationAsync(cancellationToken).ConfigureAwait(false);
        if (await ImageBar.TryPutAsync(Pool, work.Operation, header, cancellationToken).ConfigureAwait(false) is not { } bar)
        {
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
            return null;
        }

        try
        {
            return await TryAsync(header, bar, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Of a transaction that did not succeed; else it is gone.
            await Pool.TryCommitAsync(new RecordTransaction().Require(bar).Delete(bar.Key), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<Stored<VolumeClaim>>?> TryAsync(Stored<ImageHeader> header, Record bar, CancellationToken cancellationToken)
    {
        await ThrowIfOpenAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<VolumeClaim>> removing = await GiveUpVolumesAsync(header.Value, bar, cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = work.Operation.NewTransaction()
            .Require(bar)
            .Require(header.Record)
            .Delete(bar.Key)
            .Delete(header.Record.Key);
        await AddNamesAsync(transaction, header.Value, cancellationToken).ConfigureAwait(false);
        CloneDetachment? detachment = await CloneDetachment.ReadAsync(Pool, header.Value, cancellationToken).ConfigureAwait(false);
        detachment?.AddTo(transaction);
        RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            return null;
        if (detachment is not null)
            await detachment.SettleAsync(commit.Revision).ConfigureAwait(false);
        return removing;
    }

    private async Task AddNamesAsync(RecordTransaction transaction, ImageHeader header, CancellationToken cancellationToken)
    {
        string nameKey = Pool.Keys.Name(Pool.Namespace, header.Name);
        if (work.Pair.Source is not { } source
            || await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is not { } origin)
        {
            transaction.Delete(nameKey);
            return;
        }

        string sourceNameKey = source.Keys.Name(source.Namespace, origin.Value.Name);
        if (!string.Equals(nameKey, sourceNameKey, StringComparison.Ordinal))
            transaction.Delete(nameKey).RequireAbsent(sourceNameKey);
        transaction
            .Require(origin.Record)
            .PutName(sourceNameKey, origin.Value.Id)
            .PutHeader(origin.Record.Key, origin.Value with { Features = origin.Value.Features & ~ImageFeatures.Migrating, Migration = null })
            .Delete(source.Keys.TrashEntry(origin.Value.Id));
    }

    // In batches: there may be more layers than a transaction holds. Nobody can open the image any more, and only an abort can go on.
    private async Task<IReadOnlyList<Stored<VolumeClaim>>> GiveUpVolumesAsync(ImageHeader header, Record bar, CancellationToken cancellationToken)
    {
        var removing = new List<Stored<VolumeClaim>>();
        IReadOnlyList<VolumeOfImage> volumes = await VolumeOfImage.ListAsync(Pool, header, cancellationToken).ConfigureAwait(false);
        foreach (VolumeOfImage[] batch in volumes.Where(volume => volume.Layer.Value.HasOwnVolume).Chunk(ImagePool.TransactionMax))
        {
            RecordTransaction transaction = work.Operation.NewTransaction().Require(bar);
            foreach (VolumeOfImage volume in batch)
                transaction.PutClaim(volume.ClaimKey, Removing(header, volume.Path));
            RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (!commit.Succeeded)
                throw new StorageException(Errno.ESHUTDOWN, "the session of the migration was lost: abort again");
            removing.AddRange(batch.Select(volume => new Stored<VolumeClaim>(
                new Record(volume.ClaimKey, default, commit.Revision, 0), Removing(header, volume.Path))));
        }

        return removing;
    }

    private VolumeClaim Removing(ImageHeader header, VolumePath path) => new()
    {
        State = ClaimState.Removing,
        Pool = path.Pool,
        Volume = path.Name,
        Owner = path.Owner,
        ImageId = header.Id,
        ImagePoolId = Pool.Id,
        Operation = work.Operation.Id,
    };

    private async Task ThrowIfCommittingAsync(CancellationToken cancellationToken)
    {
        ImageHeader header = (await work.Pair.GetDestinationAsync(cancellationToken).ConfigureAwait(false)).Value;
        if (header.Migration is { IsCommitting: true })
            throw new StorageException(Errno.EINVAL, $"the migration to image {Pool.Describe(header.Name)} is being committed, and can't be taken back: commit it again");
    }

    private async Task ThrowIfOpenAsync(CancellationToken cancellationToken)
    {
        if ((await ImageWatchers.ListAsync(Pool, work.DestinationId, cancellationToken).ConfigureAwait(false)).Count > 0)
            throw new StorageException(Errno.EBUSY, $"the destination of the migration, image id {work.DestinationId}, is open: close it everywhere, then abort");
    }

    private async Task ThrowIfSourceTakenAsync(CancellationToken cancellationToken)
    {
        if (work.Pair.Source is not { } source || await work.Pair.GetSourceAsync(cancellationToken).ConfigureAwait(false) is not { } origin)
            return;
        Stored<ImageNameRecord>? name = await source.GetAsync(
            source.Keys.Name(source.Namespace, origin.Value.Name), RbdJsonContext.Default.ImageNameRecord, cancellationToken).ConfigureAwait(false);
        if (name is not null && !string.Equals(name.Value.Id, work.DestinationId, StringComparison.Ordinal))
            throw new StorageException(Errno.EEXIST, $"there is another image {source.Describe(origin.Value.Name)} by now: rename it, then abort the migration");
    }
}
