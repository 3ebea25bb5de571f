using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Changes the size of an image and, as far as needed, of its volume. The header remembers which bytes beyond the end are not zero
/// yet, so that a resize cut short anywhere never lets old data reappear. What a smaller image no longer shows of the layers below its
/// head is cut off for good in the same transaction.
/// </summary>
internal sealed class ImageResize(Image image, Operation operation, ProgressCallback? progress)
{
    public async Task RunAsync(ulong size, bool allowShrink, CancellationToken cancellationToken)
    {
        ImageRecords records = await image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        ImageHeader header = records.Header.Value;
        if (size < header.Size && !allowShrink)
            throw new StorageException(Errno.EINVAL, $"image {image.Description} has {header.Size} bytes and may not shrink to {size}");
        if (size < header.Size)
            await ShrinkAsync(header, size, cancellationToken).ConfigureAwait(false);
        else if (size > header.Size)
            await GrowAsync(size, cancellationToken).ConfigureAwait(false);
    }

    private async Task GrowAsync(ulong size, CancellationToken cancellationToken)
    {
        await image.IoContext.ThrowIfQuotaReachedAsync(cancellationToken).ConfigureAwait(false);
        // Again when somebody gave the image another head meanwhile, by a snapshot or a rollback.
        await ImagePool.RetryAsync($"resize image {image.Description}", () => TryGrowAsync(size, cancellationToken)).ConfigureAwait(false);
        progress?.Invoke(ImageGeometry.CountObjects(size, image.Order), ImageGeometry.CountObjects(size, image.Order));
    }

    private async Task<bool> TryGrowAsync(ulong size, CancellationToken cancellationToken)
    {
        await image.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        ImageRecords seen = image.Records;
        if (seen.Header.Value.Size >= size)
            return true; // by a rollback since we looked
        if (await TryZeroCutAsync(seen.Header.Value).ConfigureAwait(false)
            && await image.TryGrowVolumeAsync(size, cancellationToken).ConfigureAwait(false))
            return await SetSizeAsync(seen, size, cancellationToken).ConfigureAwait(false);
        await new HeadExtension(image, operation).RunAsync(size, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <returns>false: another client has locked the image, so this one writes nothing; a fresh head hides what was cut off.</returns>
    private async Task<bool> TryZeroCutAsync(ImageHeader header)
    {
        if (header.CutEnd <= header.Size)
            return true;
        try
        {
            await image.ZeroBeyondEndAsync(header.Size, Math.Min(header.CutEnd, image.Volume.Size)).ConfigureAwait(false);
            return true;
        }
        catch (StorageException error) when (error.Errno == Errno.EROFS)
        {
            return false;
        }
    }

    // A head that was merged since into a plain volume is another one: that has no room for the size yet.
    private Task<bool> SetSizeAsync(ImageRecords seen, ulong size, CancellationToken cancellationToken) => image.ChangeAsync(
        (current, _) => IsSame(current.Header.Value, seen.Header.Value) && current.HeadLayer.Value.Path == seen.HeadLayer.Value.Path
            ? current.Header.Value with { Size = size, CutEnd = 0 }
            : null,
        operation,
        cancellationToken);

    private async Task ShrinkAsync(ImageHeader header, ulong size, CancellationToken cancellationToken)
    {
        ulong objects = header.ObjectCount;
        int answer = progress?.Invoke(0, objects) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);

        await image.ChangeAsync((records, transaction) => Shrink(records, transaction, size), operation, cancellationToken)
            .ConfigureAwait(false);
        await ReleaseAsync(size).ConfigureAwait(false);
        progress?.Invoke(objects, objects);
    }

    private static ImageHeader? Shrink(ImageRecords records, RecordTransaction transaction, ulong size)
    {
        ImageHeader header = records.Header.Value;
        if (header.Size <= size)
            return null; // by a rollback since we looked
        LayerRecord head = records.HeadLayer.Value;
        if (head.Below is not null || head.LiesOnParent)
        {
            transaction.PutLayer(
                records.HeadLayer.Record.Key, head with { BelowOverlap = Math.Min(head.BelowOverlap ?? ulong.MaxValue, size) });
        }

        return header with
        {
            Size = size,
            CutEnd = Math.Max(header.Size, header.CutEnd),
            Parent = header.Parent is { Overlap: { } overlap } parent ? parent with { Overlap = Math.Min(overlap, size) } : header.Parent,
        };
    }

    // The image has its new size; what remains is done again before it grows, should it fail now.
    private async Task ReleaseAsync(ulong size)
    {
        ImageHeader header = image.Records.Header.Value;
        if (header.Size != size)
            return; // not any more
        try
        {
            await image.ZeroBeyondEndAsync(size, Math.Min(header.CutEnd, image.Volume.Size)).ConfigureAwait(false);
            await image.ShrinkVolumeAsync(size).ConfigureAwait(false);
            await image.ChangeAsync(
                (current, _) => IsSame(current.Header.Value, header) ? current.Header.Value with { CutEnd = 0 } : null,
                operation,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.CutNotZeroed(image.Pool.Logger, image.Description, size, error);
        }
    }

    private static bool IsSame(ImageHeader current, ImageHeader seen) =>
        current.Size == seen.Size && string.Equals(current.HeadLayer, seen.HeadLayer, StringComparison.Ordinal);
}
