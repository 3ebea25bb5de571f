using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Removes a snapshot of a group, complete or not: those of its images, then its record.</summary>
internal static class GroupSnapshotRemoval
{
    public static async Task RunAsync(ImagePool pool, string groupId, GroupSnapshotRecord snapshot, CancellationToken cancellationToken)
    {
        string key = pool.Keys.GroupSnapshot(groupId, snapshot.Id);
        await ImagePool.RetryAsync(
            $"begin to remove a snapshot of group {groupId}", () => TryPutIncompleteAsync(pool, key, cancellationToken)).ConfigureAwait(false);
        foreach (GroupSnapshotPart part in snapshot.Parts)
            await RemovePartAsync(pool, snapshot.Id, part, cancellationToken).ConfigureAwait(false);
        await pool.Records.CommitAsync(new RecordTransaction().Delete(key), cancellationToken).ConfigureAwait(false);
    }

    // From here on nobody can roll back to it, and it can only be removed.
    private static async Task<bool> TryPutIncompleteAsync(ImagePool pool, string key, CancellationToken cancellationToken)
    {
        Stored<GroupSnapshotRecord>? stored = await pool.GetAsync(
            key, RbdJsonContext.Default.GroupSnapshotRecord, cancellationToken).ConfigureAwait(false);
        if (stored is not { Value.IsComplete: true })
            return true;
        var transaction = new RecordTransaction().Require(stored.Record).PutGroupSnapshot(key, stored.Value with { IsComplete = false });
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task RemovePartAsync(
        ImagePool near, string groupSnapshotId, GroupSnapshotPart part, CancellationToken cancellationToken)
    {
        try
        {
            Image image = await OpenImages.OpenAsync(near, part, cancellationToken).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
            {
                foreach (Stored<SnapshotRecord> own in image.Records.Snapshots.Where(one => IsPart(one.Value, groupSnapshotId)))
                    await image.Snapshots.RemoveAsync(own.Value.Id, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            // The image, or its snapshot, is gone already.
        }
    }

    private static bool IsPart(SnapshotRecord snapshot, string groupSnapshotId) =>
        snapshot.NamespaceType == SnapshotNamespaceType.Group
        && string.Equals(snapshot.Group?.SnapshotId, groupSnapshotId, StringComparison.Ordinal);
}
