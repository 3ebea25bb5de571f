using System.Collections.Concurrent;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Volumes that open for nobody who does not name their owner, as CurveBS has it.</summary>
internal sealed class OwnedVolumes(IVolumeStore inner) : IVolumeStore
{
    private readonly ConcurrentDictionary<(string Pool, string Name), string> _owners = new();

    /// <summary>Who alone makes volumes; null = everybody.</summary>
    public string? OnlyMaker { get; set; }

    /// <summary>All that own something.</summary>
    public IEnumerable<string> Owners => _owners.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public VolumeLimits Limits => inner.Limits;

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken) => inner.CreatePoolAsync(pool, cancellationToken);

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken) => inner.DeletePoolAsync(pool, cancellationToken);

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken) => inner.ListPoolsAsync(cancellationToken);

    public async Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken)
    {
        if (OnlyMaker is not null && OnlyMaker != path.Owner)
            throw new StorageException(Errno.EACCES, $"pool {path.Pool} belongs to {OnlyMaker}, not to {path.Owner}");
        await inner.CreateAsync(path, size, cancellationToken);
        _owners[(path.Pool, path.Name)] = path.Owner;
    }

    public async Task DeleteAsync(VolumePath path, CancellationToken cancellationToken)
    {
        Check(path);
        await inner.DeleteAsync(path, cancellationToken);
        _owners.TryRemove((path.Pool, path.Name), out _);
    }

    public async Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken)
    {
        Check(path);
        await inner.RenameAsync(path, newName, cancellationToken);
        _owners.TryRemove((path.Pool, path.Name), out _);
        _owners[(path.Pool, newName)] = path.Owner;
    }

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken) => inner.StatAsync(path, cancellationToken);

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken) =>
        inner.ListAsync(pool, cancellationToken);

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken)
    {
        Check(path);
        return inner.OpenAsync(path, readOnly, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Check(VolumePath path)
    {
        if (_owners.TryGetValue((path.Pool, path.Name), out string? owner) && owner != path.Owner)
            throw new StorageException(Errno.EPERM, $"volume {path} belongs to {owner}, not to {path.Owner}");
    }
}
