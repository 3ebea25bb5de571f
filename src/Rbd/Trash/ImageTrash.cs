using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Images without a name, kept for a while.</summary>
public static class ImageTrash
{
    /// <param name="delay">How long it is kept at least.</param>
    public static Task MoveAsync(
        IoContext io, ByteName name, TrashSource source, TimeSpan delay, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>By ascending id.</summary>
    public static Task<IReadOnlyList<TrashEntry>> ListAsync(IoContext io, CancellationToken cancellationToken) => throw Unsupported();

    /// <exception cref="StorageException">ENOENT.</exception>
    public static Task<TrashEntry> GetAsync(IoContext io, string id, CancellationToken cancellationToken) => throw Unsupported();

    /// <exception cref="StorageException">ENOENT; EEXIST.</exception>
    public static Task RestoreAsync(IoContext io, string id, ByteName name, CancellationToken cancellationToken) => throw Unsupported();

    /// <param name="force">Also before its time has come.</param>
    /// <exception cref="StorageException">EPERM: before its time; otherwise as removing an image.</exception>
    public static Task RemoveAsync(
        IoContext io, string id, bool force, ProgressCallback? progress, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>Removes what has expired, and more while the pool is too full.</summary>
    /// <param name="threshold">Of the pool's space, between 0 and 1; negative: not asked for.</param>
    public static Task PurgeAsync(
        IoContext io,
        DateTimeOffset expiredBefore,
        float threshold,
        ProgressCallback? progress,
        CancellationToken cancellationToken) => throw Unsupported();

    private static StorageException Unsupported() => new(Errno.EOPNOTSUPP, "trash: not supported");
}
