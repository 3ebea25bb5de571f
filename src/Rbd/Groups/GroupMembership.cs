using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>That an image belongs to a group: known to both, changed in one transaction.</summary>
internal static class GroupMembership
{
    /// <returns>false: somebody else was at work, look again.</returns>
    public static async Task<bool> TryAddAsync(Group group, ImagePool pool, string imageId, CancellationToken cancellationToken)
    {
        if (await FindHeaderAsync(pool, imageId, cancellationToken).ConfigureAwait(false) is not { } header)
            return false;
        MigrationBar.ThrowIfMigrating(header.Value, pool.Describe(header.Value.Name));
        if (await FindGroupAsync(pool, header.Value.Group, cancellationToken).ConfigureAwait(false) is { } other)
        {
            return string.Equals(other.Id, group.Id, StringComparison.Ordinal)
                ? true
                : throw new StorageException(Errno.EEXIST, $"image {pool.Describe(header.Value.Name)} belongs to group {other.Description} already");
        }

        var member = new GroupImageRecord { PoolId = pool.Id, Namespace = pool.Namespace, ImageId = imageId };
        ImageHeader added = header.Value.WithOperations(header.Value.OpFeatures | OperationFeatures.Group) with { Group = group.Link };
        RecordTransaction transaction = group.NewTransaction()
            .Require(header.Record)
            .PutHeader(header.Record.Key, added)
            .PutGroupImage(group.Pool.Keys.GroupImage(group.Id, pool.Id, imageId), member);
        return await TryCommitAsync(pool, imageId, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>null: the image belongs to no group, or that one went with its pool.</returns>
    public static async Task<Group?> FindGroupAsync(ImagePool near, GroupLink? link, CancellationToken cancellationToken) =>
        link is not null && await near.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is { } groupPool
            ? await Group.FindByIdAsync(groupPool, link.GroupId, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Whether an image of a group is still there: it is not when its pool was deleted.</summary>
    public static async Task<bool> ExistsAsync(ImagePool near, GroupImageRecord member, CancellationToken cancellationToken) =>
        await near.FindOtherAsync(member.PoolId, member.Namespace, cancellationToken).ConfigureAwait(false) is { } pool
        && await FindHeaderAsync(pool, member.ImageId, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Snapshots of the group keep what they have of the image.</summary>
    /// <exception cref="StorageException">ENOENT: it does not belong to the group.</exception>
    public static Task RemoveAsync(
        ImagePool groupPool, string groupId, long imagePoolId, string imageId, CancellationToken cancellationToken) => ImagePool.RetryAsync(
        $"take image id {imageId} out of its group",
        () => TryRemoveAsync(groupPool, groupId, imagePoolId, imageId, cancellationToken));

    private static async Task<bool> TryRemoveAsync(
        ImagePool groupPool, string groupId, long imagePoolId, string imageId, CancellationToken cancellationToken)
    {
        Group? group = await Group.FindByIdAsync(groupPool, groupId, cancellationToken).ConfigureAwait(false);
        string key = groupPool.Keys.GroupImage(groupId, imagePoolId, imageId);
        Stored<GroupImageRecord>? member = await groupPool.GetAsync(
            key, RbdJsonContext.Default.GroupImageRecord, cancellationToken).ConfigureAwait(false);
        if (group is null || member is null)
            throw new StorageException(Errno.ENOENT, $"image id {imageId} does not belong to the group {group?.Description ?? groupId}");
        RecordTransaction transaction = group.NewTransaction().Require(member.Record).Delete(key);
        ImagePool? pool = await groupPool.FindOtherAsync(imagePoolId, member.Value.Namespace, cancellationToken).ConfigureAwait(false);
        Stored<ImageHeader>? header = pool is null ? null : await FindHeaderAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
        if (header is null || !string.Equals(header.Value.Group?.GroupId, groupId, StringComparison.Ordinal))
            return await groupPool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        ImageHeader removed = header.Value.WithOperations(header.Value.OpFeatures & ~OperationFeatures.Group) with { Group = null };
        transaction.Require(header.Record).PutHeader(header.Record.Key, removed);
        return await TryCommitAsync(pool!, imageId, transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryCommitAsync(
        ImagePool pool, string imageId, RecordTransaction transaction, CancellationToken cancellationToken)
    {
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (commit.Succeeded)
            await ImageWatchers.WaitForWritersAsync(pool, imageId, commit.Revision, except: null).ConfigureAwait(false);
        return commit.Succeeded;
    }

    private static ValueTask<Stored<ImageHeader>?> FindHeaderAsync(ImagePool pool, string id, CancellationToken cancellationToken) =>
        pool.GetAsync(pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken);
}
