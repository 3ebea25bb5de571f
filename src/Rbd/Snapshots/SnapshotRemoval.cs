using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Removes a snapshot: its record goes, and what only it needed is merged or dropped. One that clones lie on is kept for them, in the
/// trash namespace, without its name.
/// </summary>
internal sealed class SnapshotRemoval(Image image, Func<ImageRecords, SnapshotRecord> find)
{
    private const SnapshotRemoveFlags Known = SnapshotRemoveFlags.Force;

    private ImagePool Pool => image.Pool;

    public async Task RunAsync(SnapshotRemoveFlags flags, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        if ((flags & ~Known) != SnapshotRemoveFlags.None)
            throw new StorageException(Errno.EINVAL, $"image {image.Description}: snapshot flags 0x{(uint)(flags & ~Known):x} are unknown");
        await LostClones.ForgetAsync(Pool, image.Id, cancellationToken).ConfigureAwait(false);
        if (flags.HasFlag(SnapshotRemoveFlags.Flatten))
            await FlattenClonesAsync(cancellationToken).ConfigureAwait(false);
        if (flags.HasFlag(SnapshotRemoveFlags.Unprotect))
            await UnprotectAsync(cancellationToken).ConfigureAwait(false);
        await image.ChangeAsync(Remove, operation: null, cancellationToken).ConfigureAwait(false);
        await image.Merging.DropAsync().ConfigureAwait(false);
        progress?.Invoke(1, 1);
    }

    private ImageHeader Remove(ImageRecords records, RecordTransaction transaction)
    {
        SnapshotRecord snapshot = find(records);
        string key = Pool.Keys.Snapshot(image.Id, snapshot.Id);
        if (snapshot.IsProtected)
            throw new StorageException(Errno.EBUSY, $"snapshot '{snapshot.Name}' of image {image.Description} is protected: unprotect it first");
        // A clone that comes or goes at this moment changes the snapshot's record, not the header.
        Stored<SnapshotRecord> stored = records.FindSnapshot(snapshot.Id)!;
        transaction.Require(stored.Record);
        ImageHeader header = records.Header.Value;
        bool hasClones = records.ChildrenOf(snapshot.Id).Count > 0;
        if (!hasClones)
        {
            transaction.Delete(key);
            IEnumerable<Stored<SnapshotRecord>> left = records.Snapshots.Where(other => other != stored);
            return header.WithOperations(OperationFeatures.Of(header.OpFeatures, records.Children, left));
        }

        if (snapshot.NamespaceType == SnapshotNamespaceType.Trash)
            throw new StorageException(Errno.EBUSY, $"snapshot {snapshot.Id} of image {image.Description} has clones: flatten or remove them first");
        transaction.PutSnapshot(key, snapshot with
        {
            Name = Guid.NewGuid().ToString(),
            NamespaceType = SnapshotNamespaceType.Trash,
            OriginalName = snapshot.Name,
            OriginalNamespaceType = snapshot.NamespaceType,
        });
        return header.WithOperations(header.OpFeatures | OperationFeatures.SnapshotTrash);
    }

    private async Task UnprotectAsync(CancellationToken cancellationToken)
    {
        await image.ChangeAsync(
            (records, transaction) => find(records).IsProtected ? SnapshotProtection.Lift(image, records, transaction, find(records)) : null,
            operation: null,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task FlattenClonesAsync(CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        foreach (Stored<ChildRecord> child in records.ChildrenOf(find(records).Id))
            await FlattenAsync(child.Value, cancellationToken).ConfigureAwait(false);
    }

    private async Task FlattenAsync(ChildRecord child, CancellationToken cancellationToken)
    {
        if (await Pool.FindOtherAsync(child.PoolId, child.Namespace, cancellationToken).ConfigureAwait(false) is not { } pool)
            return;
        Image clone = await Image.OpenByIdAsync(pool.Io, child.ImageId, null, readOnly: false, cancellationToken).ConfigureAwait(false);
        await using (clone.ConfigureAwait(false))
        {
            if (await clone.GetParentAsync(cancellationToken).ConfigureAwait(false) is not null)
                await clone.FlattenAsync(null, cancellationToken).ConfigureAwait(false);
        }
    }
}
