using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes the clones of one image of a migration those of the other, one by one. Both have the same snapshots, with the same ids, on
/// the same layers, so a clone reads the same before and after.
/// </summary>
internal sealed class CloneRelinking(ImagePool from, string fromId, ImagePool to, string toId)
{
    /// <exception cref="StorageException">EBUSY: a clone of a snapshot that the other image has not.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<ChildRecord>> children = await from.RangeAsync(
            from.Keys.Children(fromId), RbdJsonContext.Default.ChildRecord, cancellationToken).ConfigureAwait(false);
        foreach (Stored<ChildRecord> child in children)
            await RunAsync(child.Record.Key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether all of them can be.</summary>
    /// <exception cref="StorageException">EBUSY.</exception>
    public async Task ThrowUnlessPossibleAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> children = await from.Records.RangeAsync(from.Keys.Children(fromId), null, 0, cancellationToken).ConfigureAwait(false);
        foreach (ulong snapshotId in children.Select(child => SnapshotOf(child.Key)).Distinct())
            await GetSnapshotAsync(snapshotId, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(string key, CancellationToken cancellationToken)
    {
        (ImagePool Pool, string Id, long Revision)? moved = null;
        await ImagePool.RetryAsync($"relink a clone of image id {fromId}", TryAsync).ConfigureAwait(false);
        // Whoever has the clone open still looks at the other image until then.
        if (moved is { } clone)
            await ImageWatchers.WaitForAllAsync(clone.Pool, clone.Id, clone.Revision, except: null).ConfigureAwait(false);

        async Task<bool> TryAsync()
        {
            Stored<ChildRecord>? child = await from.GetAsync(key, RbdJsonContext.Default.ChildRecord, cancellationToken).ConfigureAwait(false);
            if (child is null)
                return true;
            ImagePool? pool = await from.FindOtherAsync(child.Value.PoolId, child.Value.Namespace, cancellationToken).ConfigureAwait(false);
            if (pool is null || await FindCloneAsync(pool, child.Value, cancellationToken).ConfigureAwait(false) is not { } clone)
                return await ForgetAsync(child.Record, cancellationToken).ConfigureAwait(false);
            RecordTransaction transaction = await NewTransactionAsync(child, clone, cancellationToken).ConfigureAwait(false);
            RecordCommit commit = await from.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            moved = (pool, clone.Value.Id, commit.Revision);
            return commit.Succeeded;
        }
    }

    private async Task<Stored<ImageHeader>?> FindCloneAsync(ImagePool pool, ChildRecord child, CancellationToken cancellationToken)
    {
        Stored<ImageHeader>? clone = await pool.GetAsync(
            pool.Keys.Header(child.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        return clone?.Value.Parent is { } link && link.PoolId == from.Id && string.Equals(link.ImageId, fromId, StringComparison.Ordinal)
            ? clone
            : null;
    }

    // It went with its pool.
    private ValueTask<bool> ForgetAsync(Record child, CancellationToken cancellationToken) =>
        from.TryCommitAsync(new RecordTransaction().Require(child).Delete(child.Key), cancellationToken);

    private async Task<RecordTransaction> NewTransactionAsync(
        Stored<ChildRecord> child, Stored<ImageHeader> clone, CancellationToken cancellationToken)
    {
        ulong snapshotId = SnapshotOf(child.Record.Key);
        Stored<SnapshotRecord> snapshot = await GetSnapshotAsync(snapshotId, cancellationToken).ConfigureAwait(false);
        ParentLink link = clone.Value.Parent! with { PoolId = to.Id, Namespace = to.Namespace, ImageId = toId };
        RecordTransaction transaction = new RecordTransaction()
            .Require(child.Record)
            .Require(clone.Record)
            .Require(snapshot.Record)
            .Delete(child.Record.Key)
            .PutChild(to.Keys.Child(toId, snapshotId, child.Value.PoolId, child.Value.ImageId), child.Value)
            .PutHeader(clone.Record.Key, clone.Value with { Parent = link })
            .PutSnapshot(snapshot.Record.Key, snapshot.Value with { IsProtected = snapshot.Value.IsProtected || child.Value.CloneFormat == 1 });
        await AddOperationsAsync(transaction, child.Value, cancellationToken).ConfigureAwait(false);
        return transaction;
    }

    private async Task AddOperationsAsync(RecordTransaction transaction, ChildRecord child, CancellationToken cancellationToken)
    {
        if (child.CloneFormat != 2
            || await to.GetAsync(to.Keys.Header(toId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false) is not { } parent
            || (parent.Value.OpFeatures & OperationFeatures.CloneParent) != 0)
            return;
        transaction
            .Require(parent.Record)
            .PutHeader(parent.Record.Key, parent.Value.WithOperations(parent.Value.OpFeatures | OperationFeatures.CloneParent));
    }

    private async Task<Stored<SnapshotRecord>> GetSnapshotAsync(ulong snapshotId, CancellationToken cancellationToken) =>
        await to.GetAsync(to.Keys.Snapshot(toId, snapshotId), RbdJsonContext.Default.SnapshotRecord, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(
            Errno.EBUSY, $"there are clones of the snapshot with id {snapshotId}, which was made since the migration was prepared: flatten or remove them first");

    private ulong SnapshotOf(string childKey) =>
        ulong.Parse(childKey[from.Keys.Children(fromId).Length..].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture);
}
