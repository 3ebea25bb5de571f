using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image with its snapshots and metadata as a stream of Ceph's format "rbd image v2".</summary>
public static class ImageStream
{
    public static Task ExportAsync(Image image, Stream output, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw image.Unsupported("exporting with snapshots");

    public static Task ImportAsync(
        IoContext destination,
        ByteName name,
        ImageOptions options,
        Stream input,
        ulong sparseSize,
        ProgressCallback? progress,
        CancellationToken cancellationToken) =>
        throw new StorageException(Errno.EOPNOTSUPP, "importing with snapshots: not supported");
}
