using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Volumes with a test in front of every call.</summary>
internal sealed class InterceptedVolumes(IVolumeStore inner, Interceptor interceptor) : IVolumeStore
{
    public VolumeLimits Limits => inner.Limits;

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken) => inner.CreatePoolAsync(pool, cancellationToken);

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken) => inner.DeletePoolAsync(pool, cancellationToken);

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken) => inner.ListPoolsAsync(cancellationToken);

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken) =>
        interceptor.RunAsync("create volume", () => inner.CreateAsync(path, size, cancellationToken));

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken) =>
        interceptor.RunAsync("delete volume", () => inner.DeleteAsync(path, cancellationToken));

    public Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken) =>
        interceptor.RunAsync("rename volume", () => inner.RenameAsync(path, newName, cancellationToken));

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken) =>
        interceptor.RunAsync("stat volume", () => inner.StatAsync(path, cancellationToken));

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken) =>
        interceptor.RunAsync("list volumes", () => inner.ListAsync(pool, cancellationToken));

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken) =>
        interceptor.RunAsync<IVolume>(
            "open volume",
            async () => new InterceptedVolume(await inner.OpenAsync(path, readOnly, cancellationToken), interceptor));

    public TimeSpan LateWritesMax => inner.LateWritesMax;

    public bool CanFence => inner.CanFence;

    public ValueTask<bool> FenceAsync(VolumePath path, CancellationToken cancellationToken) => inner.FenceAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
