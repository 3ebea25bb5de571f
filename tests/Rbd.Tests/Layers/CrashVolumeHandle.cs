using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>An open <see cref="CrashVolume"/>: answers at once, or on a pool thread if <see cref="IsAsync"/> says so.</summary>
internal sealed class CrashVolumeHandle(CrashVolume volume) : IVolume
{
    private bool _isDisposed;

    public static AsyncLocal<bool> IsAsync { get; } = new();

    public VolumePath Path => volume.Path;

    public ulong Size => volume.Size;

    public ValueTask ReadAsync(ulong offset, IoVector buffer) => RunAsync(() => volume.Read(offset, buffer));

    public ValueTask WriteAsync(ulong offset, IoVector data) => RunAsync(() => volume.Write(offset, data));

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) => RunAsync(() => volume.Zero(offset, length));

    public ValueTask FlushAsync() => RunAsync(volume.Flush);

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        VolumeExtent? found = null;
        await RunAsync(() => found = volume.NextData(offset, end));
        return found;
    }

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) => RunAsync(() => volume.Resize(size));

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask RunAsync(Action action)
    {
        Assert.False(_isDisposed, $"volume {Path} was used after it had been closed");
        if (IsAsync.Value)
            await Task.Yield();
        action();
    }
}
