using System.Security.Cryptography;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A group as its records say, read at one moment.</summary>
internal sealed class Group(ImagePool pool, Stored<GroupRecord> record)
{
    // In the shape of Ceph's ids.
    private const int IdLength = 12;

    public ImagePool Pool { get; } = pool;

    public Stored<GroupRecord> Record { get; } = record;

    public string Id => Record.Value.Id;

    public string Description => Pool.Describe(Record.Value.Name);

    public GroupLink Link => new() { PoolId = Pool.Id, Namespace = Pool.Namespace, GroupId = Id };

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    /// <exception cref="StorageException">ENOENT: no such pool or group.</exception>
    public static async Task<Group> GetAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        return await FindAsync(pool, name, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no group {pool.Describe(name)}");
    }

    /// <returns>null: there is none.</returns>
    public static async Task<Group?> FindAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        Stored<GroupNameRecord>? named = await pool.GetAsync(
            pool.Keys.GroupName(pool.Namespace, name), RbdJsonContext.Default.GroupNameRecord, cancellationToken).ConfigureAwait(false);
        return named is null ? null : await FindByIdAsync(pool, named.Value.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>null: there is none.</returns>
    public static async Task<Group?> FindByIdAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        Stored<GroupRecord>? record = await pool.GetAsync(
            pool.Keys.Group(id), RbdJsonContext.Default.GroupRecord, cancellationToken).ConfigureAwait(false);
        return record is null ? null : new Group(pool, record);
    }

    public ValueTask<IReadOnlyList<Stored<GroupImageRecord>>> GetImagesAsync(CancellationToken cancellationToken) =>
        Pool.RangeAsync(Pool.Keys.GroupImages(Id), RbdJsonContext.Default.GroupImageRecord, cancellationToken);

    public ValueTask<IReadOnlyList<Stored<GroupSnapshotRecord>>> GetSnapshotsAsync(CancellationToken cancellationToken) =>
        Pool.RangeAsync(Pool.Keys.GroupSnapshots(Id), RbdJsonContext.Default.GroupSnapshotRecord, cancellationToken);

    /// <exception cref="StorageException">ENOENT.</exception>
    public async Task<Stored<GroupSnapshotRecord>> GetSnapshotAsync(ByteName name, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<GroupSnapshotRecord>> all = await GetSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(snapshot => snapshot.Value.Name == name)
            ?? throw new StorageException(Errno.ENOENT, $"group {Description} has no snapshot '{name}'");
    }

    /// <summary>A change of the group: it fails when somebody else changed the group meanwhile.</summary>
    public RecordTransaction NewTransaction() =>
        new RecordTransaction().Require(Record.Record).PutGroup(Record.Record.Key, Record.Value);

    /// <summary>Reads, changes and commits until nobody else was at work.</summary>
    /// <param name="change">false: look again.</param>
    public static Task ChangeAsync(
        IoContext io, ByteName name, Func<Group, Task<bool>> change, CancellationToken cancellationToken) => ImagePool.RetryAsync(
        $"change group {name}",
        async () => await change(await GetAsync(io, name, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false));
}
