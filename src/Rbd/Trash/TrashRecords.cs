using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The trash records of a pool's namespace.</summary>
internal static class TrashRecords
{
    public static async ValueTask<IReadOnlyList<Stored<TrashRecord>>> ListAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<TrashRecord>> all = await pool.RangeAsync(
            pool.Keys.Trash, RbdJsonContext.Default.TrashRecord, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(record => record.Value.Namespace == pool.Namespace)];
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public static async ValueTask<Stored<TrashRecord>> GetAsync(ImagePool pool, string id, CancellationToken cancellationToken) =>
        await FindAsync(pool, id, cancellationToken).ConfigureAwait(false) is { } found && found.Value.Namespace == pool.Namespace
            ? found
            : throw new StorageException(Errno.ENOENT, $"there is no image {id} in the trash of pool {pool.Io.Pool.Name}");

    /// <returns>null: the image is not in the trash.</returns>
    public static async ValueTask<Stored<TrashRecord>?> FindAsync(ImagePool pool, string id, CancellationToken cancellationToken) =>
        id.Length > 0 && id.All(char.IsAsciiLetterOrDigit)
            ? await pool.GetAsync(pool.Keys.TrashEntry(id), RbdJsonContext.Default.TrashRecord, cancellationToken).ConfigureAwait(false)
            : null;
}
