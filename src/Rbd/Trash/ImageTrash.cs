using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The trash of a pool (and namespace): images that have lost their name but nothing else. They open by id, their clones go on
/// reading them, and they come back by a restore.
/// </summary>
public static class ImageTrash
{
    /// <param name="delay">How long the image can be removed by force only.</param>
    /// <exception cref="StorageException">ENOENT.</exception>
    public static Task MoveAsync(
        IoContext io, ByteName name, TrashSource source, TimeSpan delay, CancellationToken cancellationToken) =>
        MoveAsync(io, name, source, delay, TimeProvider.System, cancellationToken);

    /// <summary>All of the namespace's, by ascending id.</summary>
    public static async Task<IReadOnlyList<TrashEntry>> ListAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        return [.. (await TrashRecords.ListAsync(new ImagePool(io), cancellationToken).ConfigureAwait(false))
            .Select(record => record.Value.ToEntry())];
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public static async Task<TrashEntry> GetAsync(IoContext io, string id, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        Stored<TrashRecord> record = await TrashRecords.GetAsync(new ImagePool(io), id, cancellationToken).ConfigureAwait(false);
        return record.Value.ToEntry();
    }

    /// <param name="newName">Empty: the one it had.</param>
    /// <exception cref="StorageException">ENOENT: no such image in the trash. EEXIST: the name is taken. ENAMETOOLONG.</exception>
    public static async Task RestoreAsync(IoContext io, string id, ByteName newName, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await new TrashRestore(new ImagePool(io), id, newName).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <param name="force">Also before its time.</param>
    /// <exception cref="StorageException">ENOENT; EPERM: too early; ENOTEMPTY: has snapshots; EBUSY: open somewhere.</exception>
    /// <exception cref="CallbackAbortedException">The image is left as it was.</exception>
    public static Task RemoveAsync(
        IoContext io, string id, bool force, ProgressCallback? progress, CancellationToken cancellationToken) =>
        RemoveAsync(io, id, force, progress, TimeProvider.System, cancellationToken);

    /// <summary>Removes what may go: images whose time has come, or as many as bring the store's use down to a threshold.</summary>
    /// <param name="expiredBefore">Images deferred until a later time stay; not asked when there is a threshold.</param>
    /// <param name="threshold">
    /// From 0 to 1: the share of the store that may be used. Images go by their time until enough is free. -1: none.
    /// </param>
    /// <param name="progress">In images; its return value is ignored.</param>
    /// <exception cref="StorageException">
    /// EINVAL: the threshold is out of range. ENOTEMPTY, EBUSY, EMLINK: some could not be removed; all others are.
    /// </exception>
    public static async Task PurgeAsync(
        IoContext io,
        DateTimeOffset expiredBefore,
        float threshold,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await new TrashPurge(io, progress).RunAsync(expiredBefore, threshold, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task MoveAsync(
        IoContext io,
        ByteName name,
        TrashSource source,
        TimeSpan delay,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await new TrashMove(new ImagePool(io), name, source, delay, time).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task RemoveAsync(
        IoContext io,
        string id,
        bool force,
        ProgressCallback? progress,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        TrashRecord trash = (await TrashRecords.GetAsync(pool, id, cancellationToken).ConfigureAwait(false)).Value;
        if (!force && time.GetUtcNow() < trash.DeferredUntil)
        {
            throw new StorageException(
                Errno.EPERM, $"image {id} ({pool.Describe(trash.Name)}) is protected in the trash until {trash.DeferredUntil:u}; use force");
        }

        var removal = new ImageRemoval(pool, id, pool.Describe(trash.Name), isTrashed: true);
        await removal.RemoveAsync(progress, cancellationToken).ConfigureAwait(false);
    }
}
