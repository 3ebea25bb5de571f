using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Gives an image in the trash a name again, in one transaction; the volume follows when nobody has it open.</summary>
internal sealed class TrashRestore(ImagePool pool, string id, ByteName newName)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ImagePool.RetryAsync($"restore image {id}", () => TryAsync(cancellationToken)).ConfigureAwait(false);
        await VolumeMove.TryFollowNameAsync(pool, id).ConfigureAwait(false);
    }

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        Stored<TrashRecord> trash = await TrashRecords.GetAsync(pool, id, cancellationToken).ConfigureAwait(false);
        if (trash.Value.Source == TrashSource.Migration)
            throw new StorageException(Errno.EINVAL, $"image {id} is the source of a migration: abort that to get the image back (rbd migration abort)");
        ByteName name = newName.IsEmpty ? trash.Value.Name : newName;
        ImageCreation.ThrowUnlessUsable(name);
        Record? inNamespace = await RbdNamespaces.GetCurrentAsync(pool, cancellationToken).ConfigureAwait(false);
        await ImageRename.ThrowIfTakenAsync(pool, name, cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader>? header = await pool.GetAsync(
            pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        if (header is null)
            return false; // removed at this moment: the trash record is gone too

        string nameKey = pool.Keys.Name(pool.Namespace, name);
        RecordTransaction transaction = new RecordTransaction()
            .Require(trash.Record)
            .Require(header.Record)
            .RequireNamespace(pool, inNamespace)
            .RequireAbsent(nameKey)
            .RequireAbsent(pool.Keys.Bar(id))
            .Delete(trash.Record.Key)
            .PutName(nameKey, id)
            .PutHeader(header.Record.Key, header.Value with { Name = name });
        if (await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
            return true;
        await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        return false;
    }
}
