using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The snapshots of an open image.</summary>
public sealed class ImageSnapshots
{
    private readonly Image _image;

    internal ImageSnapshots(Image image) => _image = image;

    /// <summary>All of them, of every namespace, by ascending id.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListAsync(CancellationToken cancellationToken)
    {
        await _image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return [.. _image.Records.Snapshots.Select(snapshot => snapshot.Value.ToSnapshot())];
    }

    /// <summary>One that a user made.</summary>
    /// <exception cref="StorageException">ENOENT.</exception>
    public async Task<Snapshot> GetAsync(ByteName name, CancellationToken cancellationToken)
    {
        await _image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return ImageView.Find(_image.Records, name).ToSnapshot();
    }

    /// <summary>One of any namespace.</summary>
    /// <exception cref="StorageException">ENOENT.</exception>
    public async Task<Snapshot> GetAsync(ulong id, CancellationToken cancellationToken)
    {
        await _image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return ImageView.Find(_image.Records, id).ToSnapshot();
    }

    /// <exception cref="StorageException">
    /// EEXIST; EDQUOT (limit); EROFS; EINVAL (unknown flags); EFBIG (the image is larger than layers can be); ETIMEDOUT (a client that
    /// has it open did not hold its requests back); what a quiesce callback said.
    /// </exception>
    public async Task CreateAsync(
        ByteName name, SnapshotCreateFlags flags, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        await new SnapshotCreation(_image, name, flags).RunAsync(progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One that clones lie on is kept for them in the trash namespace.</summary>
    /// <exception cref="StorageException">ENOENT; EBUSY (protected); EROFS; EINVAL (unknown flags).</exception>
    public async Task RemoveAsync(
        ByteName name, SnapshotRemoveFlags flags, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        var removal = new SnapshotRemoval(_image, records => ImageView.Find(records, name));
        await removal.RunAsync(flags, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One of any namespace.</summary>
    /// <exception cref="StorageException">ENOENT; EBUSY (protected, or in the trash namespace with clones); EROFS.</exception>
    public async Task RemoveAsync(ulong id, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        var removal = new SnapshotRemoval(_image, records => ImageView.Find(records, id));
        await removal.RunAsync(SnapshotRemoveFlags.None, null, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT; EEXIST (also the same name); EROFS.</exception>
    public Task RenameAsync(ByteName from, ByteName to, CancellationToken cancellationToken) => ChangeAsync(
        from,
        (records, transaction, snapshot) =>
        {
            if (records.FindSnapshot(to) is not null)
                throw new StorageException(Errno.EEXIST, $"image {_image.Description} has a snapshot '{to}' already");
            transaction.PutSnapshot(_image.Pool.Keys.Snapshot(_image.Id, snapshot.Id), snapshot with { Name = to });
            return records.Header.Value;
        },
        cancellationToken);

    /// <exception cref="StorageException">ENOENT; EBUSY (is protected); ENOSYS (no layering); EROFS.</exception>
    public Task ProtectAsync(ByteName name, CancellationToken cancellationToken) => ChangeAsync(
        name,
        (records, transaction, snapshot) => (records.Header.Value.Features & ImageFeatures.Layering) != 0
            ? SnapshotProtection.Protect(_image, records, transaction, snapshot)
            : throw new StorageException(Errno.ENOSYS, $"image {_image.Description} has no layering: its snapshots can't be protected"),
        cancellationToken);

    /// <exception cref="StorageException">ENOENT; EINVAL (not protected); EBUSY (has clones that need it); EROFS.</exception>
    public async Task UnprotectAsync(ByteName name, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        await LostClones.ForgetAsync(_image.Pool, _image.Id, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(
            name,
            (records, transaction, snapshot) => SnapshotProtection.Lift(_image, records, transaction, snapshot),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the image what it was, its size included.</summary>
    /// <exception cref="StorageException">ENOENT; EROFS (also on a handle at a snapshot); ETIMEDOUT as for creating.</exception>
    /// <exception cref="CallbackAbortedException">The image is as it was.</exception>
    public async Task RollbackAsync(ByteName name, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        _image.ThrowUnlessWritable();
        await new SnapshotRollback(_image, records => ImageView.Find(records, name)).RunAsync(progress, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>ulong.MaxValue: any number.</returns>
    public async Task<ulong> GetLimitAsync(CancellationToken cancellationToken)
    {
        await _image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return _image.Records.Header.Value.SnapshotLimit ?? ulong.MaxValue;
    }

    /// <param name="limit">ulong.MaxValue: any number.</param>
    /// <exception cref="StorageException">ERANGE: there are more already. EROFS.</exception>
    public async Task SetLimitAsync(ulong limit, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        await _image.ChangeAsync(SetLimit, operation: null, cancellationToken).ConfigureAwait(false);

        ImageHeader SetLimit(ImageRecords records, RecordTransaction transaction)
        {
            if (limit < (ulong)records.Snapshots.Count)
                throw new StorageException(Errno.ERANGE, $"image {_image.Description} has {records.Snapshots.Count} snapshots, more than {limit}");
            return records.Header.Value with { SnapshotLimit = limit == ulong.MaxValue ? null : limit };
        }
    }

    private async Task ChangeAsync(
        ByteName name, Func<ImageRecords, RecordTransaction, SnapshotRecord, ImageHeader> change, CancellationToken cancellationToken)
    {
        _image.ThrowIfReadOnly();
        await _image.ChangeAsync(
            (records, transaction) => change(records, transaction, ImageView.Find(records, name)), operation: null, cancellationToken)
            .ConfigureAwait(false);
    }
}
