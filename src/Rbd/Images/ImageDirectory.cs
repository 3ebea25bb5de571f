using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The images of a pool (and namespace).</summary>
public static class ImageDirectory
{
    /// <param name="size">In bytes; any value.</param>
    /// <returns>The order used: log2 of the object size.</returns>
    /// <exception cref="StorageException">
    /// EEXIST; EINVAL (name, format, striping, feature combination, size); ENAMETOOLONG; EDOM (order); ENOSYS (unknown feature);
    /// ENOENT (pool, data pool or namespace); ENOSPC; EFBIG (larger than the store's volumes).
    /// </exception>
    public static async Task<int> CreateAsync(
        IoContext io, ByteName name, ulong size, ImageOptions options, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        return await ImageCreation.CreateAsync(new ImagePool(io), name, size, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All images, sorted by the bytes of their names.</summary>
    public static async Task<IReadOnlyList<ImageSpec>> ListAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        // Found volumes first: one that becomes an image meanwhile is then listed once, not missed.
        IReadOnlyDictionary<ByteName, VolumeInfo> volumes =
            await ImageAdoption.ListVolumesAsync(pool, cancellationToken).ConfigureAwait(false);
        string prefix = pool.Keys.Names(pool.Namespace);
        IReadOnlyList<Stored<ImageNameRecord>> names =
            await pool.RangeAsync(prefix, RbdJsonContext.Default.ImageNameRecord, cancellationToken).ConfigureAwait(false);

        var images = volumes.ToDictionary(found => found.Key, found => ImageAdoption.IdOf(pool, found.Value.Name));
        foreach (Stored<ImageNameRecord> name in names)
            images[ByteName.Decode(name.Record.Key.AsSpan(prefix.Length))] = name.Value.Id;
        return images.Select(image => new ImageSpec(image.Value, image.Key)).OrderBy(image => image.Name).ToList();
    }

    /// <summary>Removes an image, or moves it to the trash if <c>rbd_move_to_trash_on_remove</c> says so.</summary>
    /// <exception cref="StorageException">ENOENT; ENOTEMPTY (snapshots); EBUSY (open somewhere); EMLINK (in a group).</exception>
    /// <exception cref="CallbackAbortedException">The image is left as it was.</exception>
    public static async Task RemoveAsync(
        IoContext io, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        ConfOverrides conf = await ConfOverrides.ReadAsync(pool, new Dictionary<string, ByteName>(), cancellationToken).ConfigureAwait(false);
        if (conf.GetBool("rbd_move_to_trash_on_remove"))
        {
            var delay = TimeSpan.FromSeconds(Math.Min(conf.GetUInt("rbd_move_to_trash_on_remove_expire_seconds"), int.MaxValue));
            await ImageTrash.MoveAsync(io, name, TrashSource.User, delay, cancellationToken).ConfigureAwait(false);
            return;
        }

        string id = await ImageResolution.IdOfAsync(pool, name, cancellationToken).ConfigureAwait(false);
        await new ImageRemoval(pool, id, pool.Describe(name), isTrashed: false).RemoveAsync(progress, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT; EEXIST; EINVAL (empty name); ENAMETOOLONG.</exception>
    public static async Task RenameAsync(IoContext io, ByteName from, ByteName to, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await ImageRename.RenameAsync(new ImagePool(io), from, to, cancellationToken).ConfigureAwait(false);
    }
}
