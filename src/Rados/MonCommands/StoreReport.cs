using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What reports are made of: the store, the pools and what lies in them, read once.</summary>
internal sealed record StoreReport(StoreStatus Status, IReadOnlyList<StoreReport.PoolReport> Pools)
{
    public ulong Objects => Pools.Aggregate(0ul, (sum, pool) => sum + pool.Stat.ObjectCount);

    public ulong StoredBytes => Pools.Aggregate(0ul, (sum, pool) => sum + pool.Stat.StoredBytes);

    public int NodesUp => Status.Nodes.Count(node => node.IsUp);

    public static async Task<StoreReport> ReadAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        List<PoolReport> pools = [];
        foreach (Pool pool in await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false))
        {
            PoolStat stat = await call.Cluster.Pools.GetStatAsync(pool, call.CancellationToken).ConfigureAwait(false);
            pools.Add(new PoolReport(pool, stat, status.AvailableBytes));
        }

        return new StoreReport(status, pools);
    }

    /// <param name="StoreAvailableBytes">What the whole store has left.</param>
    internal sealed record PoolReport(Pool Pool, PoolStat Stat, ulong StoreAvailableBytes)
    {
        /// <summary>What can still be stored, in bytes.</summary>
        public ulong MaxAvailable => StoreAvailableBytes;

        public double UsedRatio => Stat.StoredBytes == 0 ? 0 : (double)Stat.StoredBytes / (Stat.StoredBytes + MaxAvailable);
    }
}
