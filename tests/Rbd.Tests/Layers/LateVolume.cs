using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>A volume of which one request is given up, and arrives later.</summary>
internal sealed class LateVolume(IVolume inner) : IVolume
{
    private Func<ValueTask>? _late;

    public bool IsNextWriteLate { get; set; }

    public bool IsNextZeroingLate { get; set; }

    public VolumePath Path => inner.Path;

    public ulong Size => inner.Size;

    public async Task ArriveAsync() => await _late!();

    public ValueTask ReadAsync(ulong offset, IoVector buffer) => inner.ReadAsync(offset, buffer);

    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        if (!IsNextWriteLate)
            return inner.WriteAsync(offset, data);
        IsNextWriteLate = false;
        var copy = new byte[data.Length];
        data.CopyTo(copy);
        return GiveUp(() => inner.WriteAsync(offset, copy));
    }

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        if (!IsNextZeroingLate)
            return inner.ZeroAsync(offset, length, mode);
        IsNextZeroingLate = false;
        return GiveUp(() => inner.ZeroAsync(offset, length, mode));
    }

    public ValueTask FlushAsync() => inner.FlushAsync();

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) => inner.NextDataAsync(offset, end);

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) => inner.ResizeAsync(size, cancellationToken);

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => inner.RefreshAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private ValueTask GiveUp(Func<ValueTask> request)
    {
        _late = request;
        return ValueTask.FromException(new StorageException(Errno.ETIMEDOUT, "no answer in time"));
    }
}
