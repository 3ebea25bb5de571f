using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Pools as contexts to work in.</summary>
internal static unsafe class IoContexts
{
    // int rados_ioctx_create(rados_t cluster, const char *pool_name, rados_ioctx_t *ioctx)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_create")]
    public static int Create(nint cluster, byte* poolName, nint* ioContext)
    {
        try
        {
            OutBuffer.ThrowIfNull(ioContext);
            Cluster owner = Handles.Clusters.Get(cluster).Cluster;
            ByteName pool = CString.Name(poolName, "the pool's name");
            IoContext context = Control.Run(() => owner.OpenIoContextAsync(pool, CancellationToken.None));
            *ioContext = Handles.IoContexts.Add(new OpenIoContext(context, cluster));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_create2(rados_t cluster, int64_t pool_id, rados_ioctx_t *ioctx)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_create2")]
    public static int Create(nint cluster, long poolId, nint* ioContext)
    {
        try
        {
            OutBuffer.ThrowIfNull(ioContext);
            Cluster owner = Handles.Clusters.Get(cluster).Cluster;
            IoContext context = Control.Run(() => owner.OpenIoContextAsync(poolId, CancellationToken.None));
            *ioContext = Handles.IoContexts.Add(new OpenIoContext(context, cluster));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_ioctx_destroy(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_destroy")]
    public static void Destroy(nint ioContext)
    {
        try
        {
            Handles.IoContexts.TryRemove(ioContext, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // rados_t rados_ioctx_get_cluster(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_get_cluster")]
    public static nint Cluster(nint ioContext)
    {
        try
        {
            return Handles.IoContexts.TryGet(ioContext, out OpenIoContext? open) ? open.ClusterHandle : Failure.NullFor(Errno.EBADF);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // rados_config_t rados_ioctx_cct(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_cct")]
    public static nint Context(nint ioContext)
    {
        try
        {
            return Handles.IoContexts.TryGet(ioContext, out OpenIoContext? open) ? open.ClusterHandle : Failure.NullFor(Errno.EBADF);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int64_t rados_ioctx_get_id(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_get_id")]
    public static long PoolId(nint ioContext)
    {
        try
        {
            return Handles.IoContexts.Get(ioContext).Context.Pool.Id;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_get_pool_name(rados_ioctx_t io, char *buf, unsigned maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_get_pool_name")]
    public static int PoolName(nint ioContext, byte* buffer, uint length)
    {
        try
        {
            ByteName name = Handles.IoContexts.Get(ioContext).Context.Pool.Name;
            return OutBuffer.PutOrFail(name, buffer, length, onSuccess: name.Length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_ioctx_set_namespace(rados_ioctx_t io, const char *nspace)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_set_namespace")]
    public static void SetNamespace(nint ioContext, byte* name)
    {
        try
        {
            Handles.IoContexts.Get(ioContext).Context.Namespace = CString.NameOrNull(name) ?? ByteName.Empty;
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_ioctx_get_namespace(rados_ioctx_t io, char *buf, unsigned maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_get_namespace")]
    public static int Namespace(nint ioContext, byte* buffer, uint length)
    {
        try
        {
            ByteName name = Handles.IoContexts.Get(ioContext).Context.Namespace;
            return OutBuffer.PutOrFail(name, buffer, length, onSuccess: name.Length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_pool_requires_alignment(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_requires_alignment")]
    public static int RequiresAlignment(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ioctx_pool_requires_alignment2(rados_ioctx_t io, int *req)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_requires_alignment2")]
    public static int RequiresAlignment(nint ioContext, int* isRequired)
    {
        try
        {
            OutBuffer.ThrowIfNull(isRequired);
            Handles.IoContexts.Get(ioContext);
            *isRequired = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // uint64_t rados_ioctx_pool_required_alignment(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_required_alignment")]
    public static ulong RequiredAlignment(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return 0;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int rados_ioctx_pool_required_alignment2(rados_ioctx_t io, uint64_t *alignment)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_required_alignment2")]
    public static int RequiredAlignment(nint ioContext, ulong* alignment)
    {
        try
        {
            OutBuffer.ThrowIfNull(alignment);
            Handles.IoContexts.Get(ioContext);
            *alignment = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
