using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a read-only handle sees of the snapshot that it is at.</summary>
internal sealed class SnapshotContent(Image image) : IFillSource
{
    public int BlockSize => image.Layers.Stack.Limits.BlockSize;

    // An image's size is no multiple of a block: the rest of the last one is zeros.
    public async ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        int read = offset < image.Size ? await image.ReadAsync(offset, buffer).ConfigureAwait(false) : 0;
        if (read < buffer.Length)
            buffer.Slice(read, buffer.Length - read).Clear();
    }

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        using IoVisit visit = await image.Layers.Io.VisitAsync().ConfigureAwait(false);
        return await image.Layers.Stack.NextDataAsync(offset, end).ConfigureAwait(false);
    }
}
