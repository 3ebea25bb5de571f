using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <param name="size">As <see cref="Size"/> says it.</param>
    /// <exception cref="StorageException">EINVAL: would shrink although it must not, or too many objects. EROFS. EFBIG.</exception>
    /// <exception cref="CallbackAbortedException">Only when shrinking; the size is left as it was.</exception>
    public async Task ResizeAsync(ulong size, bool allowShrink, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowUnlessWritable();
        size += DataOffset;
        if (size < StoredSize)
            await ThrowIfSealedAsync("shrinking it").ConfigureAwait(false);
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
        foreach (VolumeExtent range in await ListDataAsync(from, end).ConfigureAwait(false))
            await _io.EraseAsync(range.Offset, range.Length).ConfigureAwait(false);
        using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
        await Volume.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Makes room for an image of <paramref name="size"/> bytes.</summary>
    /// <returns>false: the head is an overlay that can't hold so much.</returns>
    internal async Task<bool> TryGrowVolumeAsync(ulong size, CancellationToken cancellationToken)
    {
        using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
        if (!Volume.IsPlain)
            return size <= Volume.Size;
        await Volume.RefreshAsync(cancellationToken).ConfigureAwait(false);
        ulong volumeSize = Pool.Volumes.Limits.RoundUp(ToSectors(size));
        if (volumeSize > Volume.Size)
            await Volume.ResizeAsync(volumeSize, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Gives the end of a plain volume back, where the store can.</summary>
    internal async Task ShrinkVolumeAsync(ulong size)
    {
        using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
        VolumeLimits limits = Pool.Volumes.Limits;
        if (!Volume.IsPlain || !limits.CanShrink)
            return;
        await Volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        ulong volumeSize = limits.RoundUp(ToSectors(size));
        if (volumeSize < Volume.Size)
            await Volume.ResizeAsync(volumeSize, CancellationToken.None).ConfigureAwait(false);
    }

    // The last sector of an encrypted image is encrypted whole.
    private ulong ToSectors(ulong size)
    {
        ulong sector = (ulong)(Volatile.Read(ref _cipher)?.SectorSize ?? 1);
        return (size + sector - 1) / sector * sector;
    }

    private async Task<IReadOnlyList<VolumeExtent>> ListDataAsync(ulong from, ulong end)
    {
        var ranges = new List<VolumeExtent>();
        using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
        while (await Volume.NextWholeDataAsync(from, end).ConfigureAwait(false) is { } data)
        {
            ranges.Add(data);
            from = data.End;
        }

        return ranges;
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
