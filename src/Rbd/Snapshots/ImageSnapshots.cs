using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The snapshots of an open image.</summary>
public sealed class ImageSnapshots
{
    private readonly Image _image;

    internal ImageSnapshots(Image image) => _image = image;

    /// <summary>All of them, of every namespace, by ascending id.</summary>
    public Task<IReadOnlyList<Snapshot>> ListAsync(CancellationToken cancellationToken) => throw _image.Unsupported("listing snapshots");

    /// <exception cref="StorageException">ENOENT.</exception>
    public Task<Snapshot> GetAsync(ByteName name, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <inheritdoc cref="GetAsync(ByteName, CancellationToken)"/>
    public Task<Snapshot> GetAsync(ulong id, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <exception cref="StorageException">
    /// EEXIST; EDQUOT (limit); EROFS; EINVAL (unknown flags); ETIMEDOUT (a client that has it open did not hold its requests back); what a
    /// quiesce callback said.
    /// </exception>
    public Task CreateAsync(ByteName name, SnapshotCreateFlags flags, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw _image.Unsupported("snapshots");

    /// <exception cref="StorageException">ENOENT; EBUSY (protected); EROFS; EINVAL (unknown flags).</exception>
    public Task RemoveAsync(ByteName name, SnapshotRemoveFlags flags, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw _image.Unsupported("snapshots");

    /// <inheritdoc cref="RemoveAsync(ByteName, SnapshotRemoveFlags, ProgressCallback?, CancellationToken)"/>
    public Task RemoveAsync(ulong id, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <exception cref="StorageException">ENOENT; EEXIST (also the same name); EROFS.</exception>
    public Task RenameAsync(ByteName from, ByteName to, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <exception cref="StorageException">ENOENT; EBUSY (is protected); ENOSYS (no layering); EROFS.</exception>
    public Task ProtectAsync(ByteName name, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <exception cref="StorageException">ENOENT; EINVAL (not protected); EBUSY (has clones that need it); EROFS.</exception>
    public Task UnprotectAsync(ByteName name, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <summary>Makes the image what it was, its size included.</summary>
    /// <exception cref="StorageException">ENOENT; EROFS (also on a handle at a snapshot); ETIMEDOUT as for creating.</exception>
    /// <exception cref="CallbackAbortedException">The image is as it was.</exception>
    public Task RollbackAsync(ByteName name, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw _image.Unsupported("snapshots");

    /// <returns>ulong.MaxValue: any number.</returns>
    public Task<ulong> GetLimitAsync(CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");

    /// <param name="limit">ulong.MaxValue: any number.</param>
    /// <exception cref="StorageException">ERANGE: there are more already. EROFS.</exception>
    public Task SetLimitAsync(ulong limit, CancellationToken cancellationToken) => throw _image.Unsupported("snapshots");
}
