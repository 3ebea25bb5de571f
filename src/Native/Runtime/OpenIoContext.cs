using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>A rados_ioctx_t. An open image keeps a copy, so that the caller may destroy this one first.</summary>
internal sealed class OpenIoContext(IoContext context, nint clusterHandle)
{
    public IoContext Context { get; } = context;

    public nint ClusterHandle { get; } = clusterHandle;

    /// <summary>Of the object of the last operation (rados_get_last_version).</summary>
    public ulong LastVersion { get; set; }

    /// <summary>Asynchronous operations that are under way.</summary>
    public PendingOperations Pending { get; } = new();

    public async Task<PoolStat> StatAsync()
    {
        await Context.ThrowIfPoolGoneAsync(CancellationToken.None).ConfigureAwait(false);
        return await Context.Cluster.Pools.GetStatAsync(Context.Pool, CancellationToken.None).ConfigureAwait(false);
    }
}
