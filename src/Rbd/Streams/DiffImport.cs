using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Applies a stream of Ceph's format "rbd diff v1" to an image.</summary>
public static class DiffImport
{
    /// <exception cref="StorageException">EINVAL: its start snapshot is missing, or it is no such stream. EEXIST: its end snapshot is there.</exception>
    public static Task ReadAsync(
        Image image, Stream input, ulong sparseSize, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw image.Unsupported("importing differences");
}
