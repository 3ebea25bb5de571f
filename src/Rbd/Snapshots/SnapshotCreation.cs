using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes a snapshot: the head is frozen and a fresh overlay becomes the head. If nothing was written to it since it became the head,
/// the snapshot is what it lies on.
/// </summary>
/// <param name="group">Of which group's snapshot it is a part; null: a user's.</param>
internal sealed class SnapshotCreation(Image image, ByteName name, SnapshotCreateFlags flags, GroupLink? group = null) : IHeadStep
{
    private const SnapshotCreateFlags Known = SnapshotCreateFlags.SkipQuiesce | SnapshotCreateFlags.IgnoreQuiesceError;

    private NewLayer? _overlay;
    private bool _isOverlayUsed;

    private ImagePool Pool => image.Pool;

    /// <summary>Of the snapshot, once it has been taken.</summary>
    public ulong SnapshotId { get; private set; }

    Image IHeadStep.Image => image;

    FreezeRecord IHeadStep.Freeze => new()
    {
        Operation = "snapshot",
        SkipsQuiesce = flags.HasFlag(SnapshotCreateFlags.SkipQuiesce),
        IgnoresQuiesceErrors = flags.HasFlag(SnapshotCreateFlags.IgnoreQuiesceError),
    };

    public static void ThrowIfUnknown(SnapshotCreateFlags flags)
    {
        if ((flags & ~Known) != SnapshotCreateFlags.None)
            throw new StorageException(Errno.EINVAL, $"snapshot flags 0x{(uint)(flags & ~Known):x} are unknown");
    }

    public async Task RunAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(flags);
        await HeadSteps.RunAsync(Pool, [this], cancellationToken).ConfigureAwait(false);
        progress?.Invoke(1, 1);
    }

    async Task IHeadStep.BeginAsync(CancellationToken cancellationToken)
    {
        Verify(await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false));
        await image.Merging.MakeRoomAsync(current => current.Header.Value.HeadLayer, cancellationToken).ConfigureAwait(false);
        await image.Ownership.TryTakeAsync(cancellationToken).ConfigureAwait(false);
    }

    // When a merge takes the head's volume away meanwhile, all is done while requests are held back, and no merge ends.
    async Task IHeadStep.PrepareAsync(Operation operation, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        LayerState? head = await LayerState.FindAsync(Pool, records.HeadLayer.Value, cancellationToken).ConfigureAwait(false);
        if (head is not null && !IsShared(records, head))
            _overlay = await CreateOverlayAsync(operation, records, head, cancellationToken).ConfigureAwait(false);
    }

    async Task<ImageHeader> IHeadStep.ChangeAsync(
        Operation operation, ImageRecords records, RecordTransaction transaction, CancellationToken cancellationToken)
    {
        Verify(records);
        ImageHeader header = records.Header.Value;
        LayerState head = await LayerState.ReadAsync(Pool, records.HeadLayer.Value, cancellationToken).ConfigureAwait(false);
        bool isShared = IsShared(records, head);
        SnapshotRecord snapshot = NewSnapshot(header, isShared ? records.HeadLayer.Value.Below! : header.HeadLayer);
        transaction.PutSnapshot(Pool.Keys.Snapshot(header.Id, snapshot.Id), snapshot);
        SnapshotId = snapshot.Id;
        _isOverlayUsed = !isShared;
        if (isShared)
            return header with { SnapshotSeq = snapshot.Id };

        _overlay ??= await CreateOverlayAsync(operation, records, head, cancellationToken).ConfigureAwait(false);
        _overlay.AddTo(
            transaction, Pool, header.Id, _overlay.Record with { Below = header.HeadLayer, BelowOverlap = snapshot.Overlap });
        return header with { SnapshotSeq = snapshot.Id, HeadLayer = _overlay.Id, CutEnd = 0 };
    }

    Task IHeadStep.UndoUnusedAsync(Operation operation) =>
        _overlay is null || _isOverlayUsed ? Task.CompletedTask : _overlay.UndoAsync(Pool, operation);

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
        NamespaceType = group is null ? SnapshotNamespaceType.User : SnapshotNamespaceType.Group,
        Group = group,
        Layer = layer,
        Flags = header.Flags,
        ParentOverlap = header.Parent?.Overlap,
    };

    private void Verify(ImageRecords records)
    {
        if (group is null && records.FindSnapshot(name) is not null)
            throw new StorageException(Errno.EEXIST, $"image {image.Description} has a snapshot '{name}' already");
        if ((ulong)records.Snapshots.Count >= (records.Header.Value.SnapshotLimit ?? ulong.MaxValue))
        {
            throw new StorageException(
                Errno.EDQUOT, $"image {image.Description} may have no more than {records.Header.Value.SnapshotLimit} snapshots: remove one, or raise the limit");
        }
    }
}
