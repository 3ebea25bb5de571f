namespace CurveRbd.Rbd;

/// <summary>
/// Makes an image larger than its head, an overlay, can hold: a fresh overlay with a larger table is laid on it, or takes its place if
/// nothing was written to it.
/// </summary>
internal sealed class HeadExtension(Image image, Operation operation)
{
    private ImagePool Pool => image.Pool;

    public async Task RunAsync(ulong size, CancellationToken cancellationToken)
    {
        ImageRecords records = image.Records;
        LayerState? head = await LayerState.FindAsync(Pool, records.HeadLayer.Value, cancellationToken).ConfigureAwait(false);
        if (head is not { IsEmpty: true })
            await image.Merging.MakeRoomAsync(current => current.Header.Value.HeadLayer, cancellationToken).ConfigureAwait(false);
        NewLayer overlay = await NewLayer.CreateOverlayAsync(
            Pool,
            operation,
            records.Header.Value,
            records.HeadLayer.Value,
            OverlayHeader.For(size, Guid.Empty).Capacity,
            cancellationToken).ConfigureAwait(false);
        long revision;
        try
        {
            revision = await new HeadChange(Pool, image.Id, operation).RunAsync(
                new FreezeRecord { Operation = "resize", SkipsQuiesce = true },
                (current, transaction) => ChangeAsync(current, transaction, overlay, size, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await overlay.UndoAsync(Pool, operation).ConfigureAwait(false);
            throw;
        }

        await image.SettleAsync(revision).ConfigureAwait(false);
        await image.Merging.DropAsync().ConfigureAwait(false);
    }

    private async Task<ImageHeader> ChangeAsync(
        ImageRecords records, Store.RecordTransaction transaction, NewLayer overlay, ulong size, CancellationToken cancellationToken)
    {
        ImageHeader header = records.Header.Value;
        LayerRecord head = records.HeadLayer.Value;
        ulong? overlap = header.CutEnd > header.Size ? header.Size : null;
        LayerState state = await LayerState.ReadAsync(Pool, head, cancellationToken).ConfigureAwait(false);
        LayerRecord record = state.IsEmpty && !head.IsMerging
            ? overlay.Record with { Below = head.Below, BelowOverlap = LayerRecord.Least(head.BelowOverlap, overlap) }
            : overlay.Record with { Below = header.HeadLayer, BelowOverlap = overlap };
        overlay.AddTo(transaction, Pool, header.Id, record);
        return header with { Size = size, CutEnd = 0, HeadLayer = overlay.Id };
    }
}
