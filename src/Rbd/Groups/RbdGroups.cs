using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The groups of a pool (and namespace).</summary>
public static class RbdGroups
{
    /// <exception cref="StorageException">EEXIST; EINVAL (empty name); ENOENT (pool, namespace).</exception>
    public static async Task CreateAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfEmpty(name);
        var pool = new ImagePool(io);
        await ImagePool.RetryAsync($"create group {pool.Describe(name)}", () => TryCreateAsync(pool, name, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Removes a group with its snapshots. Its images stay. One that is not there is no error.</summary>
    public static async Task RemoveAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        await ImagePool.RetryAsync($"remove group {pool.Describe(name)}", () => TryRemoveAsync(pool, name, cancellationToken)).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT; EEXIST; EINVAL (empty name).</exception>
    public static Task RenameAsync(IoContext io, ByteName from, ByteName to, CancellationToken cancellationToken)
    {
        ThrowIfEmpty(to);
        return Group.ChangeAsync(io, from, group => TryRenameAsync(group, to, cancellationToken), cancellationToken);
    }

    /// <summary>In byte order.</summary>
    public static async Task<IReadOnlyList<ByteName>> ListAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        string prefix = pool.Keys.GroupNames(pool.Namespace);
        IReadOnlyList<Record> names = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. names.Select(name => ByteName.Decode(name.Key.AsSpan(prefix.Length))).Order()];
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public static async Task<string> GetIdAsync(IoContext io, ByteName name, CancellationToken cancellationToken) =>
        (await Group.GetAsync(io, name, cancellationToken).ConfigureAwait(false)).Id;

    private static async Task<bool> TryCreateAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        Record? inNamespace = await RbdNamespaces.GetCurrentAsync(pool, cancellationToken).ConfigureAwait(false);
        string nameKey = pool.Keys.GroupName(pool.Namespace, name);
        if (await pool.Records.GetAsync(nameKey, cancellationToken).ConfigureAwait(false) is not null)
            throw Exists(pool, name);
        var group = new GroupRecord { Id = Group.NewId(), Name = name, Namespace = pool.Namespace };
        RecordTransaction transaction = new RecordTransaction()
            .RequireNamespace(pool, inNamespace)
            .RequireAbsent(nameKey)
            .RequireAbsent(pool.Keys.Group(group.Id))
            .PutGroupName(nameKey, group.Id)
            .PutGroup(pool.Keys.Group(group.Id), group);
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryRemoveAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        if (await Group.FindAsync(pool, name, cancellationToken).ConfigureAwait(false) is not { } group)
            return true;
        foreach (Stored<GroupSnapshotRecord> snapshot in await group.GetSnapshotsAsync(cancellationToken).ConfigureAwait(false))
            await GroupSnapshotRemoval.RunAsync(pool, group.Id, snapshot.Value, cancellationToken).ConfigureAwait(false);
        foreach (Stored<GroupImageRecord> image in await group.GetImagesAsync(cancellationToken).ConfigureAwait(false))
            await GroupMembership.RemoveAsync(pool, group.Id, image.Value.PoolId, image.Value.ImageId, cancellationToken).ConfigureAwait(false);

        // Whatever came to the group meanwhile put its record anew.
        if (await Group.FindByIdAsync(pool, group.Id, cancellationToken).ConfigureAwait(false) is not { } emptied)
            return true;
        if (await pool.AnyAsync(pool.Keys.GroupImages(group.Id), cancellationToken).ConfigureAwait(false)
            || await pool.AnyAsync(pool.Keys.GroupSnapshots(group.Id), cancellationToken).ConfigureAwait(false))
            return false;
        RecordTransaction transaction = new RecordTransaction()
            .Require(emptied.Record.Record)
            .Delete(emptied.Record.Record.Key)
            .Delete(pool.Keys.GroupName(pool.Namespace, emptied.Record.Value.Name));
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryRenameAsync(Group group, ByteName to, CancellationToken cancellationToken)
    {
        ImagePool pool = group.Pool;
        string toKey = pool.Keys.GroupName(pool.Namespace, to);
        if (await pool.Records.GetAsync(toKey, cancellationToken).ConfigureAwait(false) is not null)
            throw Exists(pool, to);
        RecordTransaction transaction = new RecordTransaction()
            .Require(group.Record.Record)
            .RequireAbsent(toKey)
            .Delete(pool.Keys.GroupName(pool.Namespace, group.Record.Value.Name))
            .PutGroupName(toKey, group.Id)
            .PutGroup(group.Record.Record.Key, group.Record.Value with { Name = to });
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private static void ThrowIfEmpty(ByteName name)
    {
        if (name.IsEmpty)
            throw new StorageException(Errno.EINVAL, "a group's name cannot be empty");
    }

    private static StorageException Exists(ImagePool pool, ByteName name) =>
        new(Errno.EEXIST, $"group {pool.Describe(name)} exists already");
}
