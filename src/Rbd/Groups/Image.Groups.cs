using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <returns>null: it belongs to no group.</returns>
    public async ValueTask<ImageGroup?> GetGroupAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (await GroupMembership.FindGroupAsync(Pool, Header.Group, cancellationToken).ConfigureAwait(false) is not { } group)
            return null;
        return new ImageGroup(group.Pool.Id, group.Pool.Io.Pool.Name, group.Pool.Namespace, group.Record.Value.Name);
    }

    /// <summary>Which group's snapshot one of the image's snapshots is a part of.</summary>
    /// <exception cref="StorageException">ENOENT: no such snapshot, or the group's is gone. EINVAL: it is no part of one.</exception>
    public async ValueTask<SnapshotGroup> GetSnapshotGroupAsync(ulong snapshotId, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        SnapshotRecord snapshot = ImageView.Find(Records, snapshotId);
        if (snapshot is not { NamespaceType: SnapshotNamespaceType.Group, Group: { SnapshotId: { } groupSnapshotId } link })
        {
            throw new StorageException(
                Errno.EINVAL, $"snapshot {snapshotId} '{snapshot.Name}' of image {Description} is in the namespace {snapshot.NamespaceType}, not Group");
        }

        Group group = await GroupMembership.FindGroupAsync(Pool, link, cancellationToken).ConfigureAwait(false) ?? throw Gone();
        Stored<GroupSnapshotRecord> found = await group.Pool.GetAsync(
            group.Pool.Keys.GroupSnapshot(group.Id, groupSnapshotId), RbdJsonContext.Default.GroupSnapshotRecord, cancellationToken)
            .ConfigureAwait(false) ?? throw Gone();
        return new SnapshotGroup(group.Pool.Id, group.Pool.Io.Pool.Name, group.Record.Value.Name, found.Value.Name);

        StorageException Gone() => new(Errno.ENOENT, $"the group's snapshot that snapshot {snapshotId} of image {Description} is a part of is gone");
    }
}
