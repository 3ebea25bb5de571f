using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>An open volume under the name by which it was opened.</summary>
internal sealed class NamedVolume(IVolume inner, VolumePath path, bool readOnly) : IVolume
{
    public VolumePath Path => path;

    public ulong Size => inner.Size;

    public ValueTask ReadAsync(ulong offset, IoVector buffer) => inner.ReadAsync(offset, buffer);

    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        ThrowIfReadOnly();
        return inner.WriteAsync(offset, data);
    }

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        ThrowIfReadOnly();
        return inner.ZeroAsync(offset, length, mode);
    }

    public ValueTask FlushAsync() => inner.FlushAsync();

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) => inner.NextDataAsync(offset, Math.Min(end, Size));

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken)
    {
        ThrowIfReadOnly();
        return inner.ResizeAsync(size, cancellationToken);
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => inner.RefreshAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void ThrowIfReadOnly()
    {
        if (readOnly)
            throw new StorageException(Errno.EROFS, $"volume {path} is open for reading only");
    }
}
