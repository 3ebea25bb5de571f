namespace CurveRbd.Rbd;

/// <summary>Makes an image larger than its head, an overlay, can hold: a fresh overlay with a larger table is laid on it.</summary>
internal sealed class HeadExtension(Image image, Operation operation)
{
    private ImagePool Pool => image.Pool;

    public async Task RunAsync(ulong size, CancellationToken cancellationToken)
    {
        ImageRecords records = image.Records;
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
                (current, transaction) => Task.FromResult(Change(current, transaction, overlay, size)),
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await overlay.UndoAsync(Pool, operation).ConfigureAwait(false);
            throw;
        }

        await image.SettleAsync(revision).ConfigureAwait(false);
    }

    private ImageHeader Change(ImageRecords records, Store.RecordTransaction transaction, NewLayer overlay, ulong size)
    {
        ImageHeader header = records.Header.Value;
        ulong? overlap = header.CutEnd > header.Size ? header.Size : null;
        overlay.AddTo(transaction, Pool, header.Id, overlay.Record with { Below = header.HeadLayer, BelowOverlap = overlap });
        return header with { Size = size, CutEnd = 0, HeadLayer = overlay.Id };
    }
}
