using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>New images that begin as a snapshot of another.</summary>
public static class ImageClone
{
    /// <returns>The order used: log2 of the object size.</returns>
    /// <exception cref="StorageException">
    /// ENOENT (image, snapshot, pool, namespace); EINVAL (snapshot not protected, parent without layering); ENOSYS (features without
    /// layering); EEXIST; and all that creating an image can say.
    /// </exception>
    public static Task<int> CloneAsync(
        IoContext parentPool,
        ByteName parent,
        ByteName snapshot,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken) =>
        throw new StorageException(Errno.EOPNOTSUPP, "clones: not supported");

    /// <inheritdoc cref="CloneAsync(IoContext, ByteName, ByteName, IoContext, ByteName, ImageOptions, CancellationToken)"/>
    public static Task<int> CloneAsync(
        IoContext parentPool,
        string parentId,
        ulong snapshotId,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken) =>
        throw new StorageException(Errno.EOPNOTSUPP, "clones: not supported");
}
