using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>All handles of this process but completions, which are pooled.</summary>
internal static class Handles
{
    public static HandleTable<OpenCluster> Clusters { get; } = new(HandleKind.Cluster, "rados_t");

    public static HandleTable<OpenIoContext> IoContexts { get; } = new(HandleKind.IoContext, "rados_ioctx_t");

    public static HandleTable<OpenImage> Images { get; } = new(HandleKind.Image, "rbd_image_t");

    public static HandleTable<ImageOptions> ImageOptions { get; } = new(HandleKind.ImageOptions, "rbd_image_options_t");

    public static HandleTable<PoolStatisticsRequest> PoolStatistics { get; } = new(HandleKind.PoolStatistics, "rbd_pool_stats_t");
}
