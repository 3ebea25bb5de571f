using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>From a clone's link to what it links to.</summary>
internal static class ParentLookup
{
    /// <param name="image">The clone, for messages.</param>
    /// <param name="overlap">How much of it shows through, in bytes.</param>
    /// <exception cref="StorageException">EIO: the parent is gone.</exception>
    public static async Task<ImageParent> DescribeAsync(
        ImagePool pool, string image, ParentLink link, ulong overlap, CancellationToken cancellationToken)
    {
        ImagePool parentPool = await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false)
            ?? throw Gone(image, $"the pool {link.PoolId} of its parent");
        Stored<ImageHeader> parent = await parentPool.GetAsync(
            parentPool.Keys.Header(link.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
            ?? throw Gone(image, $"its parent with id {link.ImageId} in pool {parentPool.Io.Pool.Name}");
        Stored<SnapshotRecord> snapshot = await parentPool.GetAsync(
            parentPool.Keys.Snapshot(link.ImageId, link.SnapshotId), RbdJsonContext.Default.SnapshotRecord, cancellationToken)
            .ConfigureAwait(false)
            ?? throw Gone(image, $"the snapshot {link.SnapshotId} of its parent {parentPool.Describe(parent.Value.Name)}");
        bool isTrashed = await TrashRecords.FindAsync(parentPool, link.ImageId, cancellationToken).ConfigureAwait(false) is not null;
        return new ImageParent(
            parentPool.Id,
            parentPool.Io.Pool.Name,
            link.Namespace,
            link.ImageId,
            parent.Value.Name,
            isTrashed,
            snapshot.Value.ToSnapshot(),
            overlap);
    }

    /// <summary>The parent, read-only, at the snapshot that the link leads to.</summary>
    /// <inheritdoc cref="DescribeAsync"/>
    public static async Task<Image> OpenAsync(ImagePool pool, string image, ParentLink link, CancellationToken cancellationToken)
    {
        ImagePool parentPool = await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false)
            ?? throw Gone(image, $"the pool {link.PoolId} of its parent");
        Image parent = await Image.OpenByIdAsync(parentPool.Io, link.ImageId, null, readOnly: true, cancellationToken).ConfigureAwait(false);
        try
        {
            await parent.SetSnapshotAsync(link.SnapshotId, cancellationToken).ConfigureAwait(false);
            return parent;
        }
        catch
        {
            await parent.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Not ENOENT, which a caller would take for "no clone".
    private static StorageException Gone(string image, string what) =>
        new(Errno.EIO, $"image {image} is a clone, but {what} is gone, and with it what the clone has not got itself: restore it, or remove the clone");
}
