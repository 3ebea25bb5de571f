using System.Diagnostics;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>A rbd_pool_stats_t: which numbers a caller wants of a pool, and where they go.</summary>
internal sealed unsafe class PoolStatisticsRequest
{
    private readonly Dictionary<PoolStatistic, nint> _wanted = [];

    /// <exception cref="StorageException">ENOENT: no such number. EEXIST: it is wanted elsewhere already.</exception>
    public void Add(PoolStatistic statistic, nint destination)
    {
        if (statistic is < PoolStatistic.Images or > PoolStatistic.TrashSnapshots)
            throw new StorageException(Errno.ENOENT, $"there is no pool statistic {(int)statistic}");
        if (!_wanted.TryAdd(statistic, destination))
            throw new StorageException(Errno.EEXIST, $"pool statistic {statistic} has a destination already");
    }

    public void Fill(PoolStatistics statistics)
    {
        foreach ((PoolStatistic statistic, nint destination) in _wanted)
            *(ulong*)destination = ValueOf(statistic, statistics);
    }

    private static ulong ValueOf(PoolStatistic statistic, PoolStatistics statistics) => statistic switch
    {
        PoolStatistic.Images => statistics.Images,
        PoolStatistic.ImageProvisionedBytes => statistics.ProvisionedBytes,
        PoolStatistic.ImageMaxProvisionedBytes => statistics.MaxProvisionedBytes,
        PoolStatistic.ImageSnapshots => statistics.Snapshots,
        PoolStatistic.TrashImages => statistics.TrashImages,
        PoolStatistic.TrashProvisionedBytes => statistics.TrashProvisionedBytes,
        PoolStatistic.TrashMaxProvisionedBytes => statistics.TrashMaxProvisionedBytes,
        PoolStatistic.TrashSnapshots => statistics.TrashSnapshots,
        _ => throw new UnreachableException(),
    };
}
