using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The RBD namespaces of a pool. They belong to the pool, whatever namespace the context is set to.</summary>
public static class RbdNamespaces
{
    /// <exception cref="StorageException">EINVAL (empty name); EEXIST.</exception>
    public static async Task CreateAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        ImagePool pool = await PoolOfAsync(io, name, cancellationToken).ConfigureAwait(false);
        string key = pool.Keys.Namespace(name);
        RecordTransaction transaction = new RecordTransaction().RequireAbsent(key).PutMarker(key, session: 0);
        if (!await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EEXIST, $"namespace {io.Pool.Name}/{name} exists already");
    }

    /// <exception cref="StorageException">EINVAL (empty name); ENOENT; EBUSY (holds images).</exception>
    public static async Task RemoveAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        ImagePool pool = await PoolOfAsync(io, name, cancellationToken).ConfigureAwait(false);
        await ImagePool.RetryAsync($"remove namespace {name}", () => TryRemoveAsync(pool, name, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>In byte order.</summary>
    public static async Task<IReadOnlyList<ByteName>> ListAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        string prefix = pool.Keys.Namespaces;
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return records.Select(record => ByteName.Decode(record.Key.AsSpan(prefix.Length))).Order().ToList();
    }

    /// <exception cref="StorageException">EINVAL (empty name).</exception>
    public static async Task<bool> ExistsAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        ImagePool pool = await PoolOfAsync(io, name, cancellationToken).ConfigureAwait(false);
        return await pool.Records.GetAsync(pool.Keys.Namespace(name), cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <returns>What a transaction that puts an image into the pool's namespace requires; null in the default namespace.</returns>
    /// <exception cref="StorageException">ENOENT.</exception>
    internal static async Task<Record?> GetCurrentAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        if (pool.Namespace.IsEmpty)
            return null;
        string key = pool.Keys.Namespace(pool.Namespace);
        return await pool.Records.GetAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no namespace {pool.Io.Pool.Name}/{pool.Namespace}");
    }

    /// <summary>The images of a namespace are created under this condition, so that its removal cannot miss one.</summary>
    internal static RecordTransaction RequireNamespace(this RecordTransaction transaction, ImagePool pool, Record? current) =>
        current is null ? transaction : transaction.Require(current).RequireAbsent(pool.Keys.NamespaceBar(pool.Namespace));

    private static async Task<bool> TryRemoveAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        Record record = await pool.Records.GetAsync(pool.Keys.Namespace(name), cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no namespace {pool.Io.Pool.Name}/{name}");
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            return await TryRemoveAsync(pool, operation, name, record, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryRemoveAsync(
        ImagePool pool, Operation operation, ByteName name, Record record, CancellationToken cancellationToken)
    {
        string barKey = pool.Keys.NamespaceBar(name);
        RecordTransaction bar = operation.NewTransaction().Require(record).RequireAbsent(barKey).PutMarker(barKey, operation.Id);
        if (!await pool.TryCommitAsync(bar, cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (await HoldsImagesAsync(pool, name, cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EBUSY, $"namespace {pool.Io.Pool.Name}/{name} holds images, perhaps in its trash, or groups: remove them first");
        RecordTransaction removal = operation.NewTransaction().Require(record).Delete(record.Key).Delete(barKey);
        return await pool.TryCommitAsync(removal, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> HoldsImagesAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        if (await pool.AnyAsync(pool.Keys.Names(name), cancellationToken).ConfigureAwait(false)
            || await pool.AnyAsync(pool.Keys.GroupNames(name), cancellationToken).ConfigureAwait(false))
            return true;
        IoContext inside = pool.Io.Clone();
        inside.Namespace = name;
        return (await TrashRecords.ListAsync(new ImagePool(inside), cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private static async Task<ImagePool> PoolOfAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        if (name.IsEmpty)
            throw new StorageException(Errno.EINVAL, "a namespace's name cannot be empty");
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        return new ImagePool(io);
    }
}
