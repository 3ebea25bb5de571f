using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    private volatile ImageView _view;

    public ImageSnapshots Snapshots => field ??= new ImageSnapshots(this);

    /// <summary>The snapshot that this handle is at; null: the image itself, or the snapshot has been removed.</summary>
    public Snapshot? CurrentSnapshot => _view.Snapshot;

    /// <summary>Of the snapshot that this handle is at, also when it has been removed; else <see cref="Snapshot.HeadId"/>.</summary>
    public ulong SnapshotId => _view.SnapshotId;

    /// <summary>Neither read-only nor at a snapshot.</summary>
    internal bool IsWritable => !IsReadOnly && _view.IsHead;

    /// <summary>Lets this handle, and no other, see the image as it was.</summary>
    /// <param name="name">null: as it is now; empty too, unless a snapshot has that name.</param>
    /// <exception cref="StorageException">ENOENT.</exception>
    public Task SetSnapshotAsync(ByteName? name, CancellationToken cancellationToken) => TurnAsync(
        records => TurnToAsync(records, name is null || (name.Value.IsEmpty && records.FindSnapshot(name.Value) is null)
            ? Snapshot.HeadId
            : ImageView.Find(records, name.Value).Id),
        cancellationToken);

    /// <param name="id">null or <see cref="Snapshot.HeadId"/>: as it is now.</param>
    /// <inheritdoc cref="SetSnapshotAsync(ByteName?, CancellationToken)"/>
    public Task SetSnapshotAsync(ulong? id, CancellationToken cancellationToken) => TurnAsync(
        records => TurnToAsync(
            records, id is null or Snapshot.HeadId ? Snapshot.HeadId : ImageView.Find(records, id.Value).Id),
        cancellationToken);

    /// <summary>Follows changed records. Never called concurrently.</summary>
    internal async Task ApplyAsync(ImageRecords records)
    {
        try
        {
            await LookAtAsync(records, SnapshotId).ConfigureAwait(false);
            await AdaptOwnershipAsync(records).ConfigureAwait(false);
            await Ownership.FollowFenceAsync().ConfigureAwait(false);
        }
        finally
        {
            await _layers.ThawAsync(unless: records.Freeze?.Record.Revision).ConfigureAwait(false);
            if (records.Freeze is null)
                Quiescing.Unquiesce();
        }

        Merging.Schedule(records);
    }

    /// <summary>Answers for what is followed, and holds requests back where that is asked for.</summary>
    internal async Task<bool> AcknowledgeAsync()
    {
        if (!IsReadOnly && Records.Freeze is { } freeze && freeze.Record.Revision != _answeredFreeze)
            await FreezeAsync(freeze).ConfigureAwait(false);
        _registration.NeedsOwner = Ownership.IsNeeded;
        return await _registration.AcknowledgeAsync(_follower.Followed.Header, _answeredFreeze, _freezeResult).ConfigureAwait(false);
    }

    private async Task TurnAsync(Func<ImageRecords, Task> turn, CancellationToken cancellationToken)
    {
        await _follower.ChangeViewAsync(turn, cancellationToken).ConfigureAwait(false);
        if (!IsWritable)
            await Ownership.LeaveAsync().ConfigureAwait(false);
    }

    private async Task TurnToAsync(ImageRecords records, ulong snapshotId)
    {
        ulong earlier = SnapshotId;
        try
        {
            await LookAtAsync(records, snapshotId).ConfigureAwait(false);
        }
        catch
        {
            await LookAtAsync(records, earlier).ConfigureAwait(false);
            throw;
        }
    }

    private async Task LookAtAsync(ImageRecords records, ulong snapshotId)
    {
        ImageView view = ImageView.Of(records, snapshotId);
        if (!view.IsHead)
            _view = view; // no writes from now on
        else
            Volume.IsLive = true;
        await _layers.ApplyAsync(view).ConfigureAwait(false);
        Volume.IsLive = view.IsHead;
        _view = view;
    }
}
