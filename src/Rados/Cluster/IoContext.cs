using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A pool and a namespace in it, to work on (rados_ioctx_t). Holds no resources.</summary>
public sealed class IoContext
{
    internal IoContext(Cluster cluster, Pool pool)
    {
        Cluster = cluster;
        Pool = pool;
    }

    public Cluster Cluster { get; }

    /// <summary>As it was when the context was opened.</summary>
    public Pool Pool { get; }

    public ByteName Namespace { get; set; }

    public IoContext Clone() => new(Cluster, Pool) { Namespace = Namespace };

    /// <exception cref="StorageException">ENOENT: the pool has been deleted.</exception>
    public async Task ThrowIfPoolGoneAsync(CancellationToken cancellationToken)
    {
        if (await Cluster.Pools.FindAsync(Pool.Id, cancellationToken).ConfigureAwait(false) is null)
            throw new StorageException(Errno.ENOENT, $"pool '{Pool.Name}' (id {Pool.Id}) has been deleted");
    }
}
