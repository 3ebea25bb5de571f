using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes a snapshot of a group: its record, incomplete; then, while the requests of all its images are held back, a snapshot of each;
/// then the record says that it is complete. What is cut short stays incomplete, and is taken back by whoever removes it.
/// </summary>
internal sealed class GroupSnapshotCreation(IoContext io, ByteName groupName, ByteName name, SnapshotCreateFlags flags)
{
    private readonly string _id = Group.NewId();

    /// <summary>As Ceph calls the images' own snapshots.</summary>
    public static ByteName ImageSnapshotName(Group group, string snapshotId) => $".group.{group.Pool.Id:x}_{group.Id}_{snapshotId}";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Group? begun = null;
        GroupSnapshotRecord? record = null;
        await Group.ChangeAsync(
            io,
            groupName,
            async group =>
            {
                begun = group;
                record = await TryBeginAsync(group, cancellationToken).ConfigureAwait(false);
                return record is not null;
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            await OpenImages.UseAsync(
                begun!.Pool, record!.Parts, images => TakeAsync(begun, record, images, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GroupSnapshotRemoval.RunAsync(begun!.Pool, begun.Id, record!, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>null: somebody else was at work, look again.</returns>
    private async Task<GroupSnapshotRecord?> TryBeginAsync(Group group, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<GroupSnapshotRecord>> others = await group.GetSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        if (others.Any(other => other.Value.Name == name))
            throw new StorageException(Errno.EEXIST, $"group {group.Description} has a snapshot '{name}' already");
        IReadOnlyList<GroupImageRecord> images = await ListExistingAsync(group, cancellationToken).ConfigureAwait(false);
        var record = new GroupSnapshotRecord
        {
            Id = _id,
            Name = name,
            Created = TimeProvider.System.GetUtcNow(),
            Parts = [.. images.Select(image => new GroupSnapshotPart
            {
                PoolId = image.PoolId,
                Namespace = image.Namespace,
                ImageId = image.ImageId,
            })],
        };
        RecordTransaction transaction = group.NewTransaction().PutGroupSnapshot(group.Pool.Keys.GroupSnapshot(group.Id, _id), record);
        return await group.Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false) ? record : null;
    }

    private static async Task<IReadOnlyList<GroupImageRecord>> ListExistingAsync(Group group, CancellationToken cancellationToken)
    {
        var existing = new List<GroupImageRecord>();
        foreach (Stored<GroupImageRecord> image in await group.GetImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await GroupMembership.ExistsAsync(group.Pool, image.Value, cancellationToken).ConfigureAwait(false))
                existing.Add(image.Value);
        }

        return existing;
    }

    private async Task TakeAsync(
        Group group, GroupSnapshotRecord record, IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        ByteName imageSnapshot = ImageSnapshotName(group, _id);
        GroupLink link = group.Link with { SnapshotId = _id };
        List<SnapshotCreation> steps = [.. images.Select(image => new SnapshotCreation(image, imageSnapshot, flags, link))];
        await HeadSteps.RunAsync(group.Pool, steps, cancellationToken).ConfigureAwait(false);
        GroupSnapshotRecord complete = record with
        {
            IsComplete = true,
            Parts = [.. record.Parts.Zip(steps, (part, step) => part with { SnapshotId = step.SnapshotId })],
        };
        string key = group.Pool.Keys.GroupSnapshot(group.Id, _id);
        Record taken = await group.Pool.Records.GetAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"snapshot '{name}' of group {group.Description} was removed while it was taken");
        GroupSnapshotRecord now = Stored.Parse(taken, RbdJsonContext.Default.GroupSnapshotRecord).Value;
        var transaction = new RecordTransaction().Require(taken).PutGroupSnapshot(key, complete with { Name = now.Name });
        if (!await group.Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EBUSY, $"snapshot '{name}' of group {group.Description} was changed while it was taken");
    }
}
