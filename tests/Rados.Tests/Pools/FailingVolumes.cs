using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

/// <summary>A volume store that fails at its n-th change, as a process does that dies there.</summary>
internal sealed class FailingVolumes(IVolumeStore inner) : IVolumeStore
{
    /// <summary>So many changes still succeed.</summary>
    public int ChangesLeft { get; set; } = int.MaxValue;

    public bool FailsOnDelete { get; set; }

    public VolumeLimits Limits => inner.Limits;

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken) => Change(() => inner.CreatePoolAsync(pool, cancellationToken));

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken) => Change(() => inner.DeletePoolAsync(pool, cancellationToken));

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken) => inner.ListPoolsAsync(cancellationToken);

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken) => Change(() => inner.CreateAsync(path, size, cancellationToken));

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken) => Change(
        () => FailsOnDelete ? throw new StorageException(Errno.EIO, $"{path} can't be deleted") : inner.DeleteAsync(path, cancellationToken));

    public Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken) => Change(() => inner.RenameAsync(path, newName, cancellationToken));

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken) => inner.StatAsync(path, cancellationToken);

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken) => inner.ListAsync(pool, cancellationToken);

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken) => inner.OpenAsync(path, readOnly, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task Change(Func<Task> change)
    {
        if (ChangesLeft-- <= 0)
            throw new StorageException(Errno.EIO, "the process dies here");
        await change();
    }
}
