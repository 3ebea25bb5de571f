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

    /// <summary>Asked before the pool gets more: new images, larger ones. What is there already may be overwritten.</summary>
    /// <exception cref="StorageException">EDQUOT: its quota is used up. ENOENT: the pool has been deleted.</exception>
    public async Task ThrowIfQuotaReachedAsync(CancellationToken cancellationToken)
    {
        Pool now = await RequirePoolAsync(cancellationToken).ConfigureAwait(false);
        if (now.QuotaMaxBytes == 0 && now.QuotaMaxObjects == 0)
            return;
        PoolStat stat = await Cluster.Pools.GetStatAsync(now, cancellationToken).ConfigureAwait(false);
        if (now.QuotaMaxBytes > 0 && stat.StoredBytes >= now.QuotaMaxBytes)
            throw new StorageException(Errno.EDQUOT, $"pool '{now.Name}' holds {stat.StoredBytes} bytes, its quota is {now.QuotaMaxBytes}: raise it with 'ceph osd pool set-quota'");
        if (now.QuotaMaxObjects > 0 && stat.ObjectCount >= now.QuotaMaxObjects)
            throw new StorageException(Errno.EDQUOT, $"pool '{now.Name}' holds {stat.ObjectCount} volumes, its quota is {now.QuotaMaxObjects}: raise it with 'ceph osd pool set-quota'");
    }

    /// <exception cref="StorageException">ENOENT: the pool has been deleted.</exception>
    public async Task ThrowIfPoolGoneAsync(CancellationToken cancellationToken) =>
        await RequirePoolAsync(cancellationToken).ConfigureAwait(false);

    private async Task<Pool> RequirePoolAsync(CancellationToken cancellationToken) =>
        await Cluster.Pools.FindAsync(Pool.Id, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"pool '{Pool.Name}' (id {Pool.Id}) has been deleted");
}
