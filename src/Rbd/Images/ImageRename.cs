using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Renames an image in one transaction; the volume follows when nobody has it open.</summary>
internal static class ImageRename
{
    public static async Task RenameAsync(ImagePool pool, ByteName from, ByteName to, CancellationToken cancellationToken)
    {
        ImageCreation.ThrowUnlessUsable(to);
        (string Id, long HeaderRevision)? renamed = null;
        await ImagePool.RetryAsync(
            $"rename {pool.Describe(from)} to {to}",
            async () => (renamed = await TryAsync(pool, from, to, cancellationToken).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        (string id, long revision) = renamed!.Value;
        // Whoever has it open lets the volume follow when closing, and so must know.
        await ImageWatchers.WaitForWritersAsync(pool, id, revision, except: null).ConfigureAwait(false);
        await VolumeMove.TryFollowNameAsync(pool, id).ConfigureAwait(false);
    }

    private static async Task<(string Id, long HeaderRevision)?> TryAsync(
        ImagePool pool, ByteName from, ByteName to, CancellationToken cancellationToken)
    {
        string id = await ImageResolution.IdOfAsync(pool, from, cancellationToken).ConfigureAwait(false);
        await ThrowIfTakenAsync(pool, to, cancellationToken).ConfigureAwait(false);
        string fromKey = pool.Keys.Name(pool.Namespace, from);
        Record? name = await pool.Records.GetAsync(fromKey, cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader>? header = await pool.GetAsync(
            pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        if (name is null || header is null)
            return null;

        string toKey = pool.Keys.Name(pool.Namespace, to);
        RecordTransaction transaction = new RecordTransaction()
            .Require(name)
            .Require(header.Record)
            .RequireAbsent(toKey)
            .RequireAbsent(pool.Keys.Bar(id))
            .Delete(fromKey)
            .PutName(toKey, id)
            .PutHeader(header.Record.Key, header.Value with { Name = to });
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded ? (id, commit.Revision) : null;
    }

    /// <exception cref="StorageException">EEXIST.</exception>
    public static async Task ThrowIfTakenAsync(ImagePool pool, ByteName to, CancellationToken cancellationToken)
    {
        Record? taken = await pool.Records.GetAsync(pool.Keys.Name(pool.Namespace, to), cancellationToken).ConfigureAwait(false);
        if (taken is not null || await ImageAdoption.FindVolumeAsync(pool, to, cancellationToken).ConfigureAwait(false) is not null)
            throw new StorageException(Errno.EEXIST, $"image {pool.Describe(to)} exists already");
    }
}
