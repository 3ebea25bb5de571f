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

    public static HandleTable<ObjectOperation> ReadOperations { get; } = new(HandleKind.ReadOperation, "rados_read_op_t");

    public static HandleTable<ObjectOperation> WriteOperations { get; } = new(HandleKind.WriteOperation, "rados_write_op_t");

    public static HandleTable<NamedValues> NamedValues { get; } = new(HandleKind.NamedValues, "rados_omap_iter_t or rados_xattrs_iter_t");

    public static HandleTable<ObjectListing> ObjectListings { get; } = new(HandleKind.ObjectListing, "rados_list_ctx_t");

    public static HandleTable<ListCursor> ListCursors { get; } = new(HandleKind.ListCursor, "rados_object_list_cursor");

    public static HandleTable<OpenWatch> Watches { get; } = new(HandleKind.Watch, "watch");
}
