using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes a snapshot: the head is frozen and a fresh overlay becomes the head. If nothing was written to it since it became the head,
/// the snapshot is what it lies on.
/// </summary>
internal sealed class SnapshotCreation(Image image, ByteName name, SnapshotCreateFlags flags)
{
    private const SnapshotCreateFlags Known = SnapshotCreateFlags.SkipQuiesce | SnapshotCreateFlags.IgnoreQuiesceError;

    private NewLayer? _overlay;
    private bool _isOverlayUsed;

    private ImagePool Pool => image.Pool;

    public async Task RunAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        if ((flags & ~Known) != SnapshotCreateFlags.None)
            throw new StorageException(Errno.EINVAL, $"image {image.Description}: snapshot flags 0x{(uint)(flags & ~Known):x} are unknown");
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        Verify(records);
        await image.Merging.MakeRoomAsync(cancellationToken).ConfigureAwait(false);
        await image.Ownership.TryTakeAsync(cancellationToken).ConfigureAwait(false);
        Operation operation = await Operation.StartAsync(Pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await RunAsync(operation, cancellationToken).ConfigureAwait(false);
        progress?.Invoke(1, 1);
    }

    private async Task RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        try
        {
            // While requests go on: only what must be is done while they are held back.
            await PrepareAsync(operation, cancellationToken).ConfigureAwait(false);
            long revision = await new HeadChange(Pool, image.Id, operation).RunAsync(
                NewFreeze(), (current, transaction) => ChangeAsync(operation, current, transaction, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            await image.SettleAsync(revision).ConfigureAwait(false);
        }
        finally
        {
            if (_overlay is not null && !_isOverlayUsed)
                await _overlay.UndoAsync(Pool, operation).ConfigureAwait(false);
        }
    }

    private FreezeRecord NewFreeze() => new()
    {
        Operation = "snapshot",
        SkipsQuiesce = flags.HasFlag(SnapshotCreateFlags.SkipQuiesce),
        IgnoresQuiesceErrors = flags.HasFlag(SnapshotCreateFlags.IgnoreQuiesceError),
    };

    // When a merge takes the head's volume away meanwhile, all is done while requests are held back, and no merge ends.
    private async Task PrepareAsync(Operation operation, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        LayerState? head = await LayerState.FindAsync(Pool, records.HeadLayer.Value, cancellationToken).ConfigureAwait(false);
        if (head is not null && !IsShared(records, head))
            _overlay = await CreateOverlayAsync(operation, records, head, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ImageHeader> ChangeAsync(
        Operation operation, ImageRecords records, RecordTransaction transaction, CancellationToken cancellationToken)
    {
        Verify(records);
        ImageHeader header = records.Header.Value;
        LayerState head = await LayerState.ReadAsync(Pool, records.HeadLayer.Value, cancellationToken).ConfigureAwait(false);
        bool isShared = IsShared(records, head);
        SnapshotRecord snapshot = NewSnapshot(header, isShared ? records.HeadLayer.Value.Below! : header.HeadLayer);
        transaction.PutSnapshot(Pool.Keys.Snapshot(header.Id, snapshot.Id), snapshot);
        _isOverlayUsed = !isShared;
        if (isShared)
            return header with { SnapshotSeq = snapshot.Id };

        _overlay ??= await CreateOverlayAsync(operation, records, head, cancellationToken).ConfigureAwait(false);
        _overlay.AddTo(
            transaction, Pool, header.Id, _overlay.Record with { Below = header.HeadLayer, BelowOverlap = snapshot.Overlap });
        return header with { SnapshotSeq = snapshot.Id, HeadLayer = _overlay.Id, CutEnd = 0 };
    }

    // What it lies on must be all that the image is, as large as it is, and the image's own.
    private static bool IsShared(ImageRecords records, LayerState head) =>
        head.IsEmpty
        && records.HeadLayer.Value is { Below: { } below, BelowOverlap: null, IsMerging: false }
        && records.Header.Value is { } header
        && header.CutEnd <= header.Size
        && records.Snapshots.Any(other => other.Value.Size >= header.Size && string.Equals(other.Value.Layer, below, StringComparison.Ordinal));

    private Task<NewLayer> CreateOverlayAsync(
        Operation operation, ImageRecords records, LayerState head, CancellationToken cancellationToken)
    {
        ImageHeader header = records.Header.Value;
        return NewLayer.CreateOverlayAsync(
            Pool, operation, header, records.HeadLayer.Value, head.CapacityFor(header.Size), cancellationToken);
    }

    private SnapshotRecord NewSnapshot(ImageHeader header, string layer) => new()
    {
        Id = header.SnapshotSeq + 1,
        Name = name,
        Size = header.Size,
        CutEnd = header.CutEnd > header.Size ? header.CutEnd : 0,
        Created = TimeProvider.System.GetUtcNow(),
        Layer = layer,
        Flags = header.Flags,
        ParentOverlap = header.Parent?.Overlap,
    };

    private void Verify(ImageRecords records)
    {
        if (records.FindSnapshot(name) is not null)
            throw new StorageException(Errno.EEXIST, $"image {image.Description} has a snapshot '{name}' already");
        if ((ulong)records.Snapshots.Count >= (records.Header.Value.SnapshotLimit ?? ulong.MaxValue))
        {
            throw new StorageException(
                Errno.EDQUOT, $"image {image.Description} may have no more than {records.Header.Value.SnapshotLimit} snapshots: remove one, or raise the limit");
        }
    }
}
