using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>Gives back the space of runs of zeros.</summary>
    /// <param name="sparseSize">In bytes.</param>
    /// <exception cref="StorageException">EINVAL: no power of two from 4096 to the object size. EROFS.</exception>
    public Task SparsifyAsync(ulong sparseSize, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw Unsupported("sparsify");
}
