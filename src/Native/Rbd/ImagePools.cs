using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>Pools as places for images.</summary>
internal static unsafe class ImagePools
{
    // int rbd_pool_init(rados_ioctx_t io, _Bool force)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_init")]
    public static int Init(nint ioContext, byte force)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context;
            Control.Run(() => context.Cluster.Pools.UpdateAsync(
                context.Pool.Name, pool => pool.WithApplication("rbd", force != 0), CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_pool_stats_create(rbd_pool_stats_t *stats)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_stats_create")]
    public static void CreateStats(nint* stats)
    {
        try
        {
            OutBuffer.ThrowIfNull(stats);
            *stats = 0;
            *stats = Handles.PoolStatistics.Add(new PoolStatisticsRequest());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_pool_stats_destroy(rbd_pool_stats_t stats)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_stats_destroy")]
    public static void DestroyStats(nint stats)
    {
        try
        {
            Handles.PoolStatistics.TryRemove(stats, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_pool_stats_option_add_uint64(rbd_pool_stats_t stats, int stat_option, uint64_t *stat_val)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_stats_option_add_uint64")]
    public static int AddStat(nint stats, int option, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            Handles.PoolStatistics.Get(stats).Add((PoolStatistic)option, (nint)value);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_pool_stats_get(rados_ioctx_t io, rbd_pool_stats_t stats)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_stats_get")]
    public static int GetStats(nint ioContext, nint stats)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            PoolStatisticsRequest wanted = Handles.PoolStatistics.Get(stats);
            wanted.Fill(Control.Run(() => PoolStatistics.GetAsync(context, CancellationToken.None)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
