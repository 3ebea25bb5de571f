using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>The pools of a connected cluster.</summary>
public sealed class Pools
{
    private readonly Cluster _cluster;

    internal Pools(Cluster cluster) => _cluster = cluster;

    /// <exception cref="StorageException">EEXIST, EINVAL: an empty name.</exception>
    public Task<Pool> CreateAsync(ByteName name, CancellationToken cancellationToken) => throw NotYet();

    /// <summary>Deletes the pool with every image in it.</summary>
    /// <exception cref="StorageException">ENOENT. EPERM: forbidden by mon_allow_pool_delete.</exception>
    public Task DeleteAsync(ByteName name, CancellationToken cancellationToken) => throw NotYet();

    /// <summary>By id.</summary>
    public Task<IReadOnlyList<Pool>> ListAsync(CancellationToken cancellationToken) => throw NotYet();

    /// <returns>null when there is no such pool.</returns>
    public Task<Pool?> FindAsync(ByteName name, CancellationToken cancellationToken) => throw NotYet();

    /// <returns>null when there is no such pool.</returns>
    public Task<Pool?> FindAsync(long id, CancellationToken cancellationToken) => throw NotYet();

    public Task<PoolStat> GetStatAsync(Pool pool, CancellationToken cancellationToken) => throw NotYet();

    private StorageException NotYet() => new(Errno.EOPNOTSUPP, $"pools are not supported by {_cluster.Name}");
}
