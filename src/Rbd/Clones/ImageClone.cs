using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>New images that begin as a snapshot of another, whose data they share.</summary>
public static class ImageClone
{
    /// <param name="options">What they leave open is taken from the parent.</param>
    /// <returns>The order used: log2 of the object size.</returns>
    /// <exception cref="StorageException">
    /// ENOENT (image, snapshot, pool, namespace); EINVAL (snapshot not protected though the clone format is 1); ENOSYS (no layering);
    /// EEXIST; EMLINK (the parent lies on too many layers); EXDEV (two clusters); and all that creating an image can say.
    /// </exception>
    public static Task<int> CloneAsync(
        IoContext parentPool,
        ByteName parent,
        ByteName snapshot,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken) =>
        CloneAsync(parentPool, parent, SnapshotChoice.Of(snapshot), childPool, name, options, cancellationToken);

    /// <param name="snapshotId">Also of a snapshot that no user made.</param>
    /// <inheritdoc cref="CloneAsync(IoContext, ByteName, ByteName, IoContext, ByteName, ImageOptions, CancellationToken)"/>
    public static Task<int> CloneAsync(
        IoContext parentPool,
        ByteName parent,
        ulong snapshotId,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken) =>
        CloneAsync(parentPool, parent, SnapshotChoice.Of(snapshotId), childPool, name, options, cancellationToken);

    /// <summary>Of an image known by its id, which may be in the trash.</summary>
    internal static async Task<int> CloneByIdAsync(
        IoContext parentPool,
        string parentId,
        SnapshotChoice snapshot,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken)
    {
        await parentPool.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await childPool.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        if (!string.Equals(parentPool.Cluster.Fsid, childPool.Cluster.Fsid, StringComparison.Ordinal))
            throw new StorageException(Errno.EXDEV, $"image {name} can't be a clone of an image in another cluster");
        var source = new ImagePool(parentPool);
        var destination = new ImagePool(childPool);
        int format = await CloneOptions.FormatOfAsync(destination, options, cancellationToken).ConfigureAwait(false);
        return await ImageCreation.CloneAsync(
            destination,
            name,
            options,
            () => CloneOrigin.ReadAsync(source, parentId, snapshot, format, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> CloneAsync(
        IoContext parentPool,
        ByteName parent,
        SnapshotChoice snapshot,
        IoContext childPool,
        ByteName name,
        ImageOptions options,
        CancellationToken cancellationToken)
    {
        await parentPool.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        string parentId = await ImageResolution.IdOfAsync(new ImagePool(parentPool), parent, cancellationToken).ConfigureAwait(false);
        return await CloneByIdAsync(parentPool, parentId, snapshot, childPool, name, options, cancellationToken).ConfigureAwait(false);
    }
}
