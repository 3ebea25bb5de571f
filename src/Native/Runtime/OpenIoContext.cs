using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>A rados_ioctx_t. An open image keeps a copy, so that the caller may destroy this one first.</summary>
internal sealed class OpenIoContext(IoContext context, nint clusterHandle)
{
    public IoContext Context { get; } = context;

    public nint ClusterHandle { get; } = clusterHandle;

    public async Task<PoolStat> StatAsync()
    {
        await Context.ThrowIfPoolGoneAsync(CancellationToken.None).ConfigureAwait(false);
        return await Context.Cluster.Pools.GetStatAsync(Context.Pool, CancellationToken.None).ConfigureAwait(false);
    }
}
