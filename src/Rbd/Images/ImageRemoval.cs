using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Removes an image: its records, and its link to a parent, in one transaction, then the volumes. The claims on the volumes go last,
/// so that a removal that is cut short can be finished by whoever comes next.
/// </summary>
/// <param name="isTrashed">Whether it is an image of the trash that is to go, or one with a name.</param>
internal sealed class ImageRemoval(ImagePool pool, string id, string image, bool isTrashed)
{
    // In the transaction that ends the image, two changes each (etcd: 128). The rest follows with the first of these.
    private const int VolumesAtOnceMax = 50;

    public Task RemoveAsync(ProgressCallback? progress, CancellationToken cancellationToken) =>
        ImagePool.RetryAsync($"remove {image}", () => TryAsync(progress, cancellationToken));

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        await LostClones.ForgetAsync(pool, id, cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader> header = await GetHeaderAsync(cancellationToken).ConfigureAwait(false);
        MigrationBar.ThrowIfMigrating(header.Value, image);
        await ThrowIfSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfWatchedAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfLockedAsync(header.Value, cancellationToken).ConfigureAwait(false);
        await ThrowIfInGroupAsync(header.Value, cancellationToken).ConfigureAwait(false);
        ulong objects = header.Value.ObjectCount;
        Report(progress, 0, objects);

        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
        {
            if (!await TryAsync(operation, header, cancellationToken).ConfigureAwait(false))
                return false;
        }

        progress?.Invoke(objects, objects);
        return true;
    }

    private async Task<bool> TryAsync(Operation operation, Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        Record? bar = await ImageBar.TryPutAsync(pool, operation, header, cancellationToken).ConfigureAwait(false);
        if (bar is null)
        {
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
            return false;
        }

        await ThrowIfSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfWatchedAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<VolumeOfImage> volumes =
            await VolumeOfImage.ListAsync(pool, header.Value, cancellationToken).ConfigureAwait(false);
        CloneDetachment? detachment = await CloneDetachment.ReadAsync(pool, header.Value, cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = operation.NewTransaction().Require(header.Record).Require(bar);
        await AddNameAsync(transaction, header.Value, cancellationToken).ConfigureAwait(false);
        transaction.Delete(header.Record.Key).Delete(bar.Key);
        detachment?.AddTo(transaction);
        List<Stored<VolumeClaim>> removing =
        [
            .. volumes.OrderBy(volume => volume.OtherClaimKey is null) // nobody sees to a second claim later
                .Take(VolumesAtOnceMax)
                .Select(volume => AddVolume(transaction, operation, volume)),
        ];
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            return false;

        // The image is gone; what follows is only the cleaning up.
        foreach (Stored<VolumeClaim> claim in removing)
            await VolumeClaims.FinishRemovalAsync(pool, claim.At(commit.Revision), CancellationToken.None).ConfigureAwait(false);
        if (detachment is not null)
            await detachment.SettleAsync(commit.Revision).ConfigureAwait(false);
        return true;
    }

    private async ValueTask AddNameAsync(RecordTransaction transaction, ImageHeader header, CancellationToken cancellationToken)
    {
        Stored<TrashRecord>? trash = await TrashRecords.FindAsync(pool, id, cancellationToken).ConfigureAwait(false);
        if (isTrashed != trash is not null)
            throw Missing();
        if (trash is null)
            transaction.Delete(pool.Keys.Name(header.Namespace, header.Name));
        else
            transaction.Require(trash.Record).Delete(trash.Record.Key);
    }

    private Stored<VolumeClaim> AddVolume(RecordTransaction transaction, Operation operation, VolumeOfImage volume)
    {
        var claim = new VolumeClaim
        {
            State = ClaimState.Removing,
            Pool = volume.Path.Pool,
            Volume = volume.Path.Name,
            Owner = volume.Path.Owner,
            ImageId = id,
            ImagePoolId = pool.Id,
            Operation = operation.Id,
        };
        // The layer's record goes with the rest of the image's.
        transaction.Require(volume.Layer.Record).PutClaim(volume.ClaimKey, claim);
        if (volume.OtherClaimKey is { } other)
            transaction.Delete(other);
        return new Stored<VolumeClaim>(new Record(volume.ClaimKey, default, 0, 0), claim);
    }

    private async Task<Stored<ImageHeader>> GetHeaderAsync(CancellationToken cancellationToken) =>
        await pool.GetAsync(pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
        ?? throw Missing();

    // Also those that were removed and are kept for their clones.
    private async Task ThrowIfSnapshotsAsync(CancellationToken cancellationToken)
    {
        if (await pool.AnyAsync(pool.Keys.Snapshots(id), cancellationToken).ConfigureAwait(false))
        {
            throw new StorageException(
                Errno.ENOTEMPTY, $"image {image} has snapshots: remove them first, and flatten or remove the clones that keep some of them");
        }
    }

    private async Task ThrowIfWatchedAsync(CancellationToken cancellationToken)
    {
        if ((await ImageWatchers.ListAsync(pool, id, cancellationToken).ConfigureAwait(false)).Count > 0)
            throw new StorageException(Errno.EBUSY, $"image {image} is open: close it everywhere, then remove it (rbd status shows who)");
    }

    // Without the feature an advisory lock means nothing to anybody but its holder.
    private async Task ThrowIfLockedAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        if ((header.Features & ImageFeatures.ExclusiveLock) != 0
            && await pool.Records.GetAsync(pool.Keys.Lock(id), cancellationToken).ConfigureAwait(false) is not null)
            throw new StorageException(Errno.EBUSY, $"image {image} is locked: remove its lock first (rbd lock ls, rbd lock rm)");
    }

    private async Task ThrowIfInGroupAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        if (await GroupMembership.FindGroupAsync(pool, header.Group, cancellationToken).ConfigureAwait(false) is { } group)
            throw new StorageException(Errno.EMLINK, $"image {image} belongs to group {group.Description}: take it out of the group first (rbd group image remove)");
    }

    private static void Report(ProgressCallback? progress, ulong done, ulong total)
    {
        int answer = total == 0 ? 0 : progress?.Invoke(done, total) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
    }

    private StorageException Missing() =>
        new(Errno.ENOENT, isTrashed ? $"there is no image {id} in the trash" : $"there is no image {image}");
}
