using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Takes data and forgets it, without allocating; the rest (tables) is another volume's.</summary>
internal sealed class SilentVolume(IVolume? inner = null) : IVolume
{
    public VolumePath Path => inner?.Path ?? new VolumePath("pool", "silent", "owner");

    public ulong Size => inner?.Size ?? 1UL << 40;

    public ValueTask ReadAsync(ulong offset, IoVector buffer) =>
        inner is not null && buffer.Length == OverlayHeader.Size ? inner.ReadAsync(offset, buffer) : default;

    public ValueTask WriteAsync(ulong offset, IoVector data) => default;

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) => default;

    public ValueTask FlushAsync() => default;

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) => default;

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) => default;

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;
}
