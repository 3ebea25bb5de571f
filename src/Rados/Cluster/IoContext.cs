using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A pool and a namespace in it, to work on (rados_ioctx_t). Holds no resources.</summary>
public sealed class IoContext
{
    private static readonly ByteName s_allNamespaces = "\u0001";

    internal IoContext(Cluster cluster, Pool pool)
    {
        Cluster = cluster;
        Pool = pool;
        Objects = new PoolObjects(this);
    }

    public Cluster Cluster { get; }

    /// <summary>As it was when the context was opened.</summary>
    public Pool Pool { get; }

    public ByteName Namespace { get; set; }

    /// <summary>Part of the identity of objects (rados_ioctx_locator_set_key); empty = the object's name.</summary>
    public ByteName Locator { get; set; }

    public PoolObjects Objects { get; }

    /// <summary>Whether listings show every namespace (LIBRADOS_ALL_NSPACES).</summary>
    public bool IsAllNamespaces => Namespace == s_allNamespaces;

    public IoContext Clone() => new(Cluster, Pool) { Namespace = Namespace, Locator = Locator };

    /// <exception cref="StorageException">ENOENT: the pool has been deleted.</exception>
    public async Task ThrowIfPoolGoneAsync(CancellationToken cancellationToken)
    {
        if (await Cluster.Pools.FindAsync(Pool.Id, cancellationToken).ConfigureAwait(false) is null)
            throw new StorageException(Errno.ENOENT, $"pool '{Pool.Name}' (id {Pool.Id}) has been deleted");
    }
}
