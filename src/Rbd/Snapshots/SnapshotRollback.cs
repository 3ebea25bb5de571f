using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes an image what a snapshot of it says: a fresh overlay on the snapshot's layer becomes the head.</summary>
/// <param name="find">The snapshot, in records that were read.</param>
internal sealed class SnapshotRollback(Image image, Func<ImageRecords, SnapshotRecord> find) : IHeadStep
{
    private NewLayer? _overlay;

    private ImagePool Pool => image.Pool;

    Image IHeadStep.Image => image;

    FreezeRecord IHeadStep.Freeze => new() { Operation = "rollback", SkipsQuiesce = true };

    public async Task RunAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        SnapshotRecord snapshot = find(records);
        ulong objects = ImageGeometry.CountObjects(snapshot.Size, records.Header.Value.Order);
        int answer = progress?.Invoke(0, objects) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
        await HeadSteps.RunAsync(Pool, [this], cancellationToken).ConfigureAwait(false);
        await image.Merging.DropAsync().ConfigureAwait(false);
        progress?.Invoke(objects, objects);
    }

    Task IHeadStep.BeginAsync(CancellationToken cancellationToken) =>
        image.Merging.MakeRoomAsync(current => find(current).Layer, cancellationToken);

    Task IHeadStep.PrepareAsync(Operation operation, CancellationToken cancellationToken) => ImagePool.RetryAsync(
        $"roll image {image.Description} back",
        async () => (_overlay = await TryPrepareAsync(operation, cancellationToken).ConfigureAwait(false)) is not null);

    Task<ImageHeader> IHeadStep.ChangeAsync(
        Operation operation, ImageRecords records, RecordTransaction transaction, CancellationToken cancellationToken) =>
        Task.FromResult(Change(records, transaction, _overlay!));

    Task IHeadStep.UndoUnusedAsync(Operation operation) => _overlay is null ? Task.CompletedTask : _overlay.UndoAsync(Pool, operation);

    // A merge may take the volume away between two looks; the records say then what took its place.
    private async Task<NewLayer?> TryPrepareAsync(Operation operation, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        SnapshotRecord snapshot = find(records);
        LayerRecord below = records.GetLayer(snapshot.Layer).Value;
        LayerState? state = await LayerState.FindAsync(Pool, below, cancellationToken).ConfigureAwait(false);
        if (state is null)
            return null;
        return await NewLayer.CreateOverlayAsync(
            Pool, operation, records.Header.Value, below, state.CapacityFor(snapshot.Size), cancellationToken).ConfigureAwait(false);
    }

    private ImageHeader Change(ImageRecords records, RecordTransaction transaction, NewLayer overlay)
    {
        ImageHeader header = records.Header.Value;
        SnapshotRecord snapshot = find(records);
        overlay.AddTo(
            transaction, Pool, header.Id, overlay.Record with { Below = snapshot.Layer, BelowOverlap = snapshot.Overlap });
        return header with
        {
            Size = snapshot.Size,
            CutEnd = 0,
            HeadLayer = overlay.Id,
            Flags = snapshot.Flags,
            Parent = header.Parent is { } parent ? parent with { Overlap = snapshot.ParentOverlap } : null,
        };
    }
}
