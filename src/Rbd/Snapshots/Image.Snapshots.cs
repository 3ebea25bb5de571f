using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    public ImageSnapshots Snapshots => field ??= new ImageSnapshots(this);

    /// <summary>The snapshot that this handle is at; null: the image itself, or the snapshot has been removed.</summary>
    public Snapshot? CurrentSnapshot { get; private set; }

    /// <summary>Of the snapshot that this handle is at, also when it has been removed; else <see cref="Snapshot.HeadId"/>.</summary>
    public ulong SnapshotId { get; private set; } = Snapshot.HeadId;

    /// <summary>Lets this handle, and no other, see the image as it was.</summary>
    /// <param name="name">null: as it is now; empty too, unless a snapshot has that name.</param>
    /// <exception cref="StorageException">ENOENT.</exception>
    public Task SetSnapshotAsync(ByteName? name, CancellationToken cancellationToken) => throw Unsupported("snapshots");

    /// <param name="id">null or <see cref="Snapshot.HeadId"/>: as it is now.</param>
    /// <inheritdoc cref="SetSnapshotAsync(ByteName?, CancellationToken)"/>
    public Task SetSnapshotAsync(ulong? id, CancellationToken cancellationToken) => throw Unsupported("snapshots");

    internal StorageException Unsupported(string what) => new(Errno.EOPNOTSUPP, $"image {Description}: {what}: not supported");
}
