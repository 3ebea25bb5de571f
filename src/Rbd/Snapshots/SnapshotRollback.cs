using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes an image what a snapshot of it says: a fresh overlay on the snapshot's layer becomes the head.</summary>
internal sealed class SnapshotRollback(Image image, ByteName name)
{
    private ImagePool Pool => image.Pool;

    public async Task RunAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        SnapshotRecord snapshot = ImageView.Find(records, name);
        ulong objects = ImageGeometry.CountObjects(snapshot.Size, records.Header.Value.Order);
        int answer = progress?.Invoke(0, objects) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
        Operation operation = await Operation.StartAsync(Pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await RunAsync(operation, cancellationToken).ConfigureAwait(false);
        await image.Merging.DropAsync().ConfigureAwait(false);
        progress?.Invoke(objects, objects);
    }

    private async Task RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        NewLayer overlay = await PrepareAsync(operation, cancellationToken).ConfigureAwait(false);
        long revision;
        try
        {
            revision = await new HeadChange(Pool, image.Id, operation).RunAsync(
                new FreezeRecord { Operation = "rollback", SkipsQuiesce = true },
                (current, transaction) => Task.FromResult(Change(current, transaction, overlay)),
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await overlay.UndoAsync(Pool, operation).ConfigureAwait(false);
            throw;
        }

        await image.SettleAsync(revision).ConfigureAwait(false);
    }

    private async Task<NewLayer> PrepareAsync(Operation operation, CancellationToken cancellationToken)
    {
        NewLayer? overlay = null;
        await ImagePool.RetryAsync(
            $"roll image {image.Description} back",
            async () => (overlay = await TryPrepareAsync(operation, cancellationToken).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        return overlay!;
    }

    // A merge may take the volume away between two looks; the records say then what took its place.
    private async Task<NewLayer?> TryPrepareAsync(Operation operation, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        SnapshotRecord snapshot = ImageView.Find(records, name);
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
        SnapshotRecord snapshot = ImageView.Find(records, name);
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
