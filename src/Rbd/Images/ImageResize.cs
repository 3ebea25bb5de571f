using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Changes the size of an image and, as far as needed, of its volume. The header remembers which bytes beyond the end are not zero
/// yet, so that a resize cut short anywhere never lets old data reappear.
/// </summary>
internal sealed class ImageResize(Image image, Operation operation, ProgressCallback? progress)
{
    private VolumeLimits Limits => image.Pool.Volumes.Limits;

    public async Task RunAsync(ulong size, bool allowShrink, CancellationToken cancellationToken)
    {
        ImageHeader header = (await image.GetHeaderAsync(cancellationToken).ConfigureAwait(false)).Value;
        if (size < header.Size && !allowShrink)
            throw new StorageException(Errno.EINVAL, $"image {image.Description} has {header.Size} bytes and may not shrink to {size}");
        if (size < header.Size)
            await ShrinkAsync(header, size, cancellationToken).ConfigureAwait(false);
        else if (size > header.Size)
            await GrowAsync(header, size, cancellationToken).ConfigureAwait(false);
    }

    private async Task GrowAsync(ImageHeader header, ulong size, CancellationToken cancellationToken)
    {
        if (header.CutEnd > header.Size)
            await image.ZeroBeyondEndAsync(header.Size, Math.Min(header.CutEnd, image.Volume.Size)).ConfigureAwait(false);

        await image.Volume.RefreshAsync(cancellationToken).ConfigureAwait(false);
        ulong volumeSize = Limits.RoundUp(size);
        if (volumeSize > image.Volume.Size)
            await image.Volume.ResizeAsync(volumeSize, cancellationToken).ConfigureAwait(false);
        await SetAsync(size, cutEnd: 0, cancellationToken).ConfigureAwait(false);
        progress?.Invoke(ImageGeometry.CountObjects(size, header.Order), ImageGeometry.CountObjects(size, header.Order));
    }

    private async Task ShrinkAsync(ImageHeader header, ulong size, CancellationToken cancellationToken)
    {
        ulong objects = header.ObjectCount;
        int answer = progress?.Invoke(0, objects) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);

        ulong cutEnd = Math.Max(header.Size, header.CutEnd);
        await SetAsync(size, cutEnd, cancellationToken).ConfigureAwait(false);
        await ReleaseAsync(size, cutEnd).ConfigureAwait(false);
        progress?.Invoke(objects, objects);
    }

    // The image has its new size; what remains is done again before it grows, should it fail now.
    private async Task ReleaseAsync(ulong size, ulong cutEnd)
    {
        try
        {
            await image.Volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            ulong volumeSize = Limits.RoundUp(size);
            bool shrinksVolume = Limits.CanShrink && volumeSize < image.Volume.Size;
            ulong keptEnd = shrinksVolume ? volumeSize : image.Volume.Size;
            await image.ZeroBeyondEndAsync(size, Math.Min(cutEnd, keptEnd)).ConfigureAwait(false);
            if (shrinksVolume)
                await image.Volume.ResizeAsync(volumeSize, CancellationToken.None).ConfigureAwait(false);
            await SetAsync(size, cutEnd: 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.CutNotZeroed(image.Pool.Logger, image.Description, size, error);
        }
    }

    private Task SetAsync(ulong size, ulong cutEnd, CancellationToken cancellationToken) =>
        image.ChangeHeaderAsync(header => header with { Size = size, CutEnd = cutEnd }, operation, cancellationToken);
}
