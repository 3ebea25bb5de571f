using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Creating, deleting and finding pools.</summary>
internal static unsafe class ClusterPools
{
    // int rados_pool_create(rados_t cluster, const char *pool_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_create")]
    public static int Create(nint cluster, byte* name)
    {
        try
        {
            return Create(cluster, name, crushRule: 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_create_with_auid(rados_t cluster, const char *pool_name, uint64_t auid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_create_with_auid")]
    public static int CreateWithAuid(nint cluster, byte* name, ulong auid)
    {
        try
        {
            return Create(cluster, name, crushRule: 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_create_with_crush_rule(rados_t cluster, const char *pool_name, uint8_t crush_rule_num)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_create_with_crush_rule")]
    public static int CreateWithCrushRule(nint cluster, byte* name, byte crushRule)
    {
        try
        {
            return Create(cluster, name, crushRule);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_create_with_all(rados_t cluster, const char *pool_name, uint64_t auid, uint8_t crush_rule_num)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_create_with_all")]
    public static int CreateWithAll(nint cluster, byte* name, ulong auid, byte crushRule)
    {
        try
        {
            return Create(cluster, name, crushRule);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_delete(rados_t cluster, const char *pool_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_delete")]
    public static int Delete(nint cluster, byte* name)
    {
        try
        {
            Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
            ByteName pool = CString.Name(name, "the pool's name");
            Control.Run(() => pools.DeleteAsync(pool, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_list(rados_t cluster, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_list")]
    public static int List(nint cluster, byte* buffer, nuint length)
    {
        try
        {
            IReadOnlyList<Pool> pools = All(cluster);
            if (buffer is not null)
                PutNames(pools, buffer, length);
            return (int)OutBuffer.LengthOf(pools.Select(pool => pool.Name)) + 1;
        }
        catch (Exception error)
        {
            // Once connected librados never fails here, and Ceph's Python module asks again for ever when it does (on a handle from before
            // a fork, say). So the log and errno tell, and the list is empty: one NUL.
            if (buffer is not null && length > 0)
                *buffer = 0;
            int code = Failure.Of(error);
            return code == -(int)Errno.ENOTCONN ? code : 1;
        }
    }

    // int64_t rados_pool_lookup(rados_t cluster, const char *pool_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_lookup")]
    public static long Lookup(nint cluster, byte* name)
    {
        try
        {
            Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
            ByteName wanted = CString.Name(name, "the pool's name");
            Pool? found = Control.Run(() => pools.FindAsync(wanted, CancellationToken.None));
            return found?.Id ?? Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_reverse_lookup(rados_t cluster, int64_t id, char *buf, size_t maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_reverse_lookup")]
    public static int ReverseLookup(nint cluster, long id, byte* buffer, nuint length)
    {
        try
        {
            Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
            Pool? found = Control.Run(() => pools.FindAsync(id, CancellationToken.None));
            return found is null
                ? Failure.Of(Errno.ENOENT)
                : OutBuffer.PutOrFail(found.Name, buffer, length, onSuccess: found.Name.Length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pool_get_base_tier(rados_t cluster, int64_t pool, int64_t *base_tier)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pool_get_base_tier")]
    public static int BaseTier(nint cluster, long id, long* baseTier)
    {
        try
        {
            OutBuffer.ThrowIfNull(baseTier);
            Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
            if (Control.Run(() => pools.FindAsync(id, CancellationToken.None)) is null)
                return Failure.Of(Errno.ENOENT);
            *baseTier = id; // a pool without cache tiers is its own base
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Create(nint cluster, byte* name, byte crushRule)
    {
        Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
        ByteName pool = CString.Name(name, "the pool's name");
        if (crushRule != 0)
            throw new StorageException(Errno.ENOENT, $"there is no crush rule {crushRule}: use 0");
        Control.Run(() => pools.CreateAsync(pool, CancellationToken.None));
        return 0;
    }

    private static IReadOnlyList<Pool> All(nint cluster)
    {
        Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
        return Control.Run(() => pools.ListAsync(CancellationToken.None));
    }

    // As many whole names as leave room for the NUL at the end of the list.
    private static void PutNames(IReadOnlyList<Pool> pools, byte* buffer, nuint length)
    {
        NativeMemory.Clear(buffer, length);
        nuint used = 0;
        foreach (Pool pool in pools)
        {
            if (used + (nuint)pool.Name.Length + 1 >= length)
                break;
            used += (nuint)CString.CopyWithEnd(pool.Name, buffer + used);
        }
    }
}
