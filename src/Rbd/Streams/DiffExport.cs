using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Writes what changed in an image since a snapshot as a stream of Ceph's format "rbd diff v1".</summary>
public static class DiffExport
{
    /// <param name="from">null: since it was empty.</param>
    /// <exception cref="StorageException">ENOENT: no such snapshot.</exception>
    public static Task WriteAsync(
        Image image,
        ByteName? from,
        bool wholeObject,
        Stream output,
        ProgressCallback? progress,
        CancellationToken cancellationToken) => throw image.Unsupported("exporting differences");
}
