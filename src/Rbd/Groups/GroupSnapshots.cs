using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Snapshots of all images of a group at one moment.</summary>
public static class GroupSnapshots
{
    /// <exception cref="StorageException">
    /// ENOENT: no such group; EEXIST; EINVAL (unknown flags); whatever a snapshot of one of the images can be refused for. Nothing is left then.
    /// </exception>
    public static async Task CreateAsync(
        IoContext io, ByteName group, ByteName name, SnapshotCreateFlags flags, CancellationToken cancellationToken)
    {
        SnapshotCreation.ThrowIfUnknown(flags);
        await new GroupSnapshotCreation(io, group, name, flags).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT: no such group or snapshot.</exception>
    public static async Task RemoveAsync(IoContext io, ByteName group, ByteName name, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(io, group, cancellationToken).ConfigureAwait(false);
        Stored<GroupSnapshotRecord> snapshot = await found.GetSnapshotAsync(name, cancellationToken).ConfigureAwait(false);
        await GroupSnapshotRemoval.RunAsync(found.Pool, found.Id, snapshot.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT; EEXIST (also the same name).</exception>
    public static Task RenameAsync(IoContext io, ByteName group, ByteName from, ByteName to, CancellationToken cancellationToken) =>
        Group.ChangeAsync(io, group, found => TryRenameAsync(found, from, to, cancellationToken), cancellationToken);

    /// <summary>The oldest first.</summary>
    /// <exception cref="StorageException">ENOENT: no such group.</exception>
    public static async Task<IReadOnlyList<GroupSnapshot>> ListAsync(IoContext io, ByteName group, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(io, group, cancellationToken).ConfigureAwait(false);
        var snapshots = new List<GroupSnapshot>();
        foreach (Stored<GroupSnapshotRecord> snapshot in await found.GetSnapshotsAsync(cancellationToken).ConfigureAwait(false))
            snapshots.Add(await DescribeAsync(found, snapshot.Value, cancellationToken).ConfigureAwait(false));
        return [.. snapshots.OrderBy(snapshot => snapshot.Created)];
    }

    /// <exception cref="StorageException">ENOENT: no such group or snapshot.</exception>
    public static async Task<GroupSnapshot> GetAsync(IoContext io, ByteName group, ByteName name, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(io, group, cancellationToken).ConfigureAwait(false);
        Stored<GroupSnapshotRecord> snapshot = await found.GetSnapshotAsync(name, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(found, snapshot.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes all images of the snapshot what they were, at one moment.</summary>
    /// <param name="progress">In images.</param>
    /// <exception cref="StorageException">ENOENT: no such group or snapshot, or an image of it is gone; EINVAL: it is incomplete.</exception>
    /// <exception cref="CallbackAbortedException">The images are as they were.</exception>
    public static async Task RollbackAsync(
        IoContext io, ByteName group, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(io, group, cancellationToken).ConfigureAwait(false);
        Stored<GroupSnapshotRecord> snapshot = await found.GetSnapshotAsync(name, cancellationToken).ConfigureAwait(false);
        if (!snapshot.Value.IsComplete)
            throw new StorageException(Errno.EINVAL, $"snapshot '{name}' of group {found.Description} is incomplete: remove it");
        IReadOnlyList<GroupSnapshotPart> parts = snapshot.Value.Parts;
        int answer = progress?.Invoke(0, (ulong)parts.Count) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
        await OpenImages.UseAsync(found.Pool, parts, images => RollbackAsync(found.Pool, parts, images, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        progress?.Invoke((ulong)parts.Count, (ulong)parts.Count);
    }

    private static async Task RollbackAsync(
        ImagePool pool, IReadOnlyList<GroupSnapshotPart> parts, IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        List<SnapshotRollback> steps =
            [.. images.Zip(parts, (image, part) => new SnapshotRollback(image, records => ImageView.Find(records, part.SnapshotId)))];
        await HeadSteps.RunAsync(pool, steps, cancellationToken).ConfigureAwait(false);
        foreach (Image image in images)
            await image.Merging.DropAsync().ConfigureAwait(false);
    }

    private static async Task<bool> TryRenameAsync(Group group, ByteName from, ByteName to, CancellationToken cancellationToken)
    {
        Stored<GroupSnapshotRecord> snapshot = await group.GetSnapshotAsync(from, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<GroupSnapshotRecord>> all = await group.GetSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        if (all.Any(other => other.Value.Name == to))
            throw new StorageException(Errno.EEXIST, $"group {group.Description} has a snapshot '{to}' already");
        RecordTransaction transaction = group.NewTransaction()
            .Require(snapshot.Record)
            .PutGroupSnapshot(snapshot.Record.Key, snapshot.Value with { Name = to });
        return await group.Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<GroupSnapshot> DescribeAsync(Group group, GroupSnapshotRecord snapshot, CancellationToken cancellationToken)
    {
        var images = new List<GroupImageSnapshot>();
        foreach (GroupSnapshotPart part in snapshot.Parts.Where(part => part.SnapshotId != 0))
        {
            if (await group.Pool.FindOtherAsync(part.PoolId, part.Namespace, cancellationToken).ConfigureAwait(false) is not { } pool
                || await pool.GetAsync(pool.Keys.Header(part.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false) is not { } header)
                continue;
            images.Add(new GroupImageSnapshot(pool.Id, pool.Io.Pool.Name, pool.Namespace, header.Value.Name, part.SnapshotId));
        }

        ByteName imageSnapshotName = GroupSnapshotCreation.ImageSnapshotName(group, snapshot.Id);
        return new GroupSnapshot(snapshot.Id, snapshot.Name, imageSnapshotName, snapshot.IsComplete, snapshot.Created, images);
    }
}
