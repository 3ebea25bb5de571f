using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Removes an image: its records in one transaction, then the volume. The claim on the volume goes last, so that a removal that is
/// cut short can be finished by whoever comes next.
/// </summary>
internal sealed class ImageRemoval(ImagePool pool, string id, string image)
{
    public Task RemoveAsync(ProgressCallback? progress, CancellationToken cancellationToken) =>
        ImagePool.RetryAsync($"remove {image}", () => TryAsync(progress, cancellationToken));

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        Stored<ImageHeader> header = await GetHeaderAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfWatchedAsync(cancellationToken).ConfigureAwait(false);
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

        await ThrowIfWatchedAsync(cancellationToken).ConfigureAwait(false);
        VolumeOfImage? volume = await VolumeOfImage.FindAsync(pool, header.Value, cancellationToken).ConfigureAwait(false);
        if (volume is null)
            return false;
        Stored<VolumeClaim>? removing =
            await DeleteRecordsAsync(operation, header, bar, volume, cancellationToken).ConfigureAwait(false);
        if (removing is null)
            return false;

        // The image is gone; what follows is only the cleaning up.
        await VolumeClaims.FinishRemovalAsync(pool, removing, CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    private async Task<Stored<VolumeClaim>?> DeleteRecordsAsync(
        Operation operation, Stored<ImageHeader> header, Record bar, VolumeOfImage volume, CancellationToken cancellationToken)
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
        RecordTransaction transaction = operation.NewTransaction()
            .Require(header.Record)
            .Require(bar)
            .Require(volume.Layer.Record)
            .Delete(pool.Keys.Name(header.Value.Namespace, header.Value.Name))
            .Delete(header.Record.Key)
            .Delete(bar.Key)
            .Delete(volume.Layer.Record.Key)
            .PutClaim(volume.ClaimKey, claim);
        if (volume.OtherClaimKey is { } other)
            transaction.Delete(other);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? new Stored<VolumeClaim>(new Record(volume.ClaimKey, default, commit.Revision, 0), claim)
            : null;
    }

    private async Task<Stored<ImageHeader>> GetHeaderAsync(CancellationToken cancellationToken) =>
        await pool.GetAsync(pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"there is no image {image}");

    private async Task ThrowIfWatchedAsync(CancellationToken cancellationToken)
    {
        if (await pool.AnyAsync(pool.Keys.Watchers(id), cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EBUSY, $"image {image} is open: close it everywhere, then remove it (rbd status shows who)");
    }

    private static void Report(ProgressCallback? progress, ulong done, ulong total)
    {
        int answer = total == 0 ? 0 : progress?.Invoke(done, total) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
    }
}
