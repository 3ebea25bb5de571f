using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <exception cref="StorageException">EINVAL: would shrink although it must not, or too many objects. EROFS. EFBIG.</exception>
    /// <exception cref="CallbackAbortedException">Only when shrinking; the size is left as it was.</exception>
    public async Task ResizeAsync(ulong size, bool allowShrink, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowIfReadOnly();
        ImageGeometry.ThrowUnlessObjectMapFits(size, Order, Features);
        _ = Pool.Volumes.Limits.RoundUp(size); // EFBIG before anything is done
        Operation operation = await Operation.StartAsync(Pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
        {
            await LockSizeAsync(operation, cancellationToken).ConfigureAwait(false);
            await new ImageResize(this, operation, progress).RunAsync(size, allowShrink, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes volume bytes beyond the image's end zero again, after all requests in their way.</summary>
    internal async Task ZeroBeyondEndAsync(ulong from, ulong end)
    {
        // Only what holds data: a store may have to write the zeros, and most of a thin volume is a hole.
        foreach (VolumeExtent range in await AllocatedRanges.ListAsync(this, from, end).ConfigureAwait(false))
            await _io.EraseAsync(range.Offset, range.Length).ConfigureAwait(false);
        await Volume.FlushAsync().ConfigureAwait(false);
    }

    // Two resizes at once would undo each other's work on the volume. The lock goes with the operation.
    private async Task LockSizeAsync(Operation operation, CancellationToken cancellationToken)
    {
        string key = Pool.Keys.ResizeLock(Id);
        while (true)
        {
            RecordTransaction transaction = operation.NewTransaction().RequireAbsent(key).PutMarker(key, operation.Id);
            if (await Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
                return;
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }
}
