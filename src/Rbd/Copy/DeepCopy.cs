using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies an image with its snapshots up to the one that the handle is at, and its link to a parent.</summary>
public static class DeepCopy
{
    /// <param name="progress">In objects; its return value is ignored.</param>
    /// <exception cref="StorageException">EEXIST, and all that creating and writing can say.</exception>
    public static Task CopyAsync(
        Image source,
        IoContext destination,
        ByteName name,
        ImageOptions options,
        ProgressCallback? progress,
        CancellationToken cancellationToken) => throw source.Unsupported("deep copies");
}
