using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

internal sealed class InterceptedVolume(IVolume inner, Interceptor interceptor) : IVolume
{
    public VolumePath Path => inner.Path;

    public ulong Size => inner.Size;

    public ValueTask ReadAsync(ulong offset, IoVector buffer) =>
        Run($"read {offset}+{buffer.Length}", () => inner.ReadAsync(offset, buffer));

    public ValueTask WriteAsync(ulong offset, IoVector data) =>
        Run($"write {offset}+{data.Length}", () => inner.WriteAsync(offset, data));

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) =>
        Run($"zero {offset}+{length}", () => inner.ZeroAsync(offset, length, mode));

    public ValueTask FlushAsync() => Run("flush", inner.FlushAsync);

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) =>
        await interceptor.RunAsync("next data", () => inner.NextDataAsync(offset, end).AsTask());

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) =>
        Run($"resize {size}", () => inner.ResizeAsync(size, cancellationToken));

    public ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        Run("refresh", () => inner.RefreshAsync(cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask Run(string call, Func<ValueTask> run) => await interceptor.RunAsync(call, () => run().AsTask());
}
