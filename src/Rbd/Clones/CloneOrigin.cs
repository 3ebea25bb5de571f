using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The snapshot that a clone is to be made of, as it was read.</summary>
internal sealed record CloneOrigin(ImagePool Pool, Stored<ImageHeader> Image, Stored<SnapshotRecord> Snapshot, int CloneFormat)
{
    private ulong NewOperations => Image.Value.OpFeatures | (CloneFormat == 2 ? OperationFeatures.CloneParent : 0);

    private bool ChangesHeader => NewOperations != Image.Value.OpFeatures;

    private string SnapshotName => $"{Pool.Describe(Image.Value.Name)}@{Snapshot.Value.Name}";

    /// <exception cref="StorageException">ENOENT: no such image, or no such snapshot of it; ENOSYS, EINVAL: it can't be cloned.</exception>
    public static async Task<CloneOrigin> ReadAsync(
        ImagePool pool, string imageId, SnapshotChoice choice, int cloneFormat, CancellationToken cancellationToken)
    {
        Stored<ImageHeader> image = await pool.GetAsync(
            pool.Keys.Header(imageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
            is { } header && header.Value.Namespace == pool.Namespace
            ? header
            : throw new StorageException(Errno.ENOENT, $"there is no image with id {imageId} in pool {pool.Io.Pool.Name}");
        MigrationBar.ThrowIfSource(image.Value, pool.Describe(image.Value.Name));
        IReadOnlyList<Stored<SnapshotRecord>> snapshots = await pool.RangeAsync(
            pool.Keys.Snapshots(imageId), RbdJsonContext.Default.SnapshotRecord, cancellationToken).ConfigureAwait(false);
        // A snapshot in the trash has lost its name and gets no more clones.
        Stored<SnapshotRecord> snapshot = snapshots.FirstOrDefault(
            candidate => candidate.Value.NamespaceType != SnapshotNamespaceType.Trash && choice.Fits(candidate.Value))
            ?? throw new StorageException(Errno.ENOENT, $"image {pool.Describe(image.Value.Name)} has no snapshot {choice}");
        var origin = new CloneOrigin(pool, image, snapshot, cloneFormat);
        origin.ThrowUnlessCloneable();
        await CloneDepth.ThrowIfTooDeepAsync(pool, imageId, snapshot.Value.Layer, cancellationToken).ConfigureAwait(false);
        return origin;
    }

    public ParentLink NewLink() => new()
    {
        PoolId = Pool.Id,
        Namespace = Pool.Namespace,
        ImageId = Image.Value.Id,
        SnapshotId = Snapshot.Value.Id,
        Overlap = Snapshot.Value.Size,
        CloneFormat = CloneFormat,
    };

    /// <summary>
    /// What the parent learns of its clone. Fails when the snapshot has changed since it was read, or got another clone. The header stays
    /// as it is if it can: every clone of the image follows it.
    /// </summary>
    public void AddTo(RecordTransaction transaction, ImageHeader child, long childPoolId)
    {
        var record = new ChildRecord
        {
            PoolId = childPoolId,
            Namespace = child.Namespace,
            ImageId = child.Id,
            CloneFormat = CloneFormat,
        };
        transaction
            .Require(Snapshot.Record)
            .PutSnapshot(Snapshot.Record.Key, Snapshot.Value)
            .PutChild(Pool.Keys.Child(Image.Value.Id, Snapshot.Value.Id, childPoolId, child.Id), record);
        if (ChangesHeader)
            transaction.Require(Image.Record).PutHeader(Image.Record.Key, Image.Value.WithOperations(NewOperations));
    }

    /// <summary>After the transaction: lets those who have the parent open know.</summary>
    public Task SettleAsync(long revision) => ChangesHeader
        ? ImageWatchers.WaitForWritersAsync(Pool, Image.Value.Id, revision, except: null)
        : Task.CompletedTask;

    private void ThrowUnlessCloneable()
    {
        if ((Image.Value.Features & ImageFeatures.Layering) == 0)
            throw new StorageException(Errno.ENOSYS, $"{SnapshotName} can't be cloned: its image lacks the feature layering");
        if (CloneFormat == 1 && !Snapshot.Value.IsProtected)
        {
            throw new StorageException(
                Errno.EINVAL, $"snapshot {SnapshotName} is not protected: protect it, or set rbd_default_clone_format = 2");
        }
    }
}
