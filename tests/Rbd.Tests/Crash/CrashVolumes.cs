using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Volumes of a machine that can crash: what was not flushed is lost sector by sector, each on its own choice. Their names, sizes and
/// their being there are durable at once.
/// </summary>
internal sealed class CrashVolumes(VolumeLimits limits, Random random) : IVolumeStore
{
    private readonly CrashStore _store = new(limits, random);
    private readonly Lock _lock = new();
    private readonly Dictionary<VolumePath, (CrashVolume Data, DateTimeOffset Created)> _volumes = new(new IgnoringOwner());
    private readonly HashSet<string> _pools = new(StringComparer.Ordinal);
    private int _lastVolume;

    public VolumeLimits Limits => limits;

    public long BytesWritten
    {
        get
        {
            lock (_lock)
                return _volumes.Values.Sum(volume => volume.Data.BytesWritten);
        }
    }

    public void LoseUnflushed()
    {
        lock (_lock)
            _store.Restart();
    }

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new StoreStatus(Guid.Empty.ToString(), DateTimeOffset.UnixEpoch, 1UL << 50, 0, 1UL << 50, 1, [], []));

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken)
    {
        lock (_lock)
            _pools.Add(pool);
        return Task.CompletedTask;
    }

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken)
    {
        lock (_lock)
            _pools.Remove(pool);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<string>>([.. _pools]);
    }

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_volumes.ContainsKey(path))
                throw new StorageException(Errno.EEXIST, $"volume {path} exists already");
            string name = $"{++_lastVolume}";
            _ = _store.Create(name, size);
            _volumes[path] = (_store.Get(name), DateTimeOffset.UtcNow);
        }

        return Task.CompletedTask;
    }

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_volumes.Remove(path))
                throw Missing(path);
        }

        return Task.CompletedTask;
    }

    public Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_volumes.ContainsKey(path with { Name = newName }))
                throw new StorageException(Errno.EEXIST, $"volume {newName} exists already");
            if (!_volumes.Remove(path, out (CrashVolume Data, DateTimeOffset Created) volume))
                throw Missing(path);
            _volumes[path with { Name = newName }] = volume;
        }

        return Task.CompletedTask;
    }

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_volumes.TryGetValue(path, out (CrashVolume Data, DateTimeOffset Created) volume) ? Describe(path, volume) : null);
    }

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<VolumeInfo>>(
                [.. _volumes.Where(volume => volume.Key.Pool == pool).Select(volume => Describe(volume.Key, volume.Value))]);
        }
    }

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _volumes.TryGetValue(path, out (CrashVolume Data, DateTimeOffset Created) volume)
                ? Task.FromResult<IVolume>(new NamedVolume(new CrashVolumeHandle(volume.Data), path, readOnly))
                : throw Missing(path);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static VolumeInfo Describe(VolumePath path, (CrashVolume Data, DateTimeOffset Created) volume) =>
        new(path.Name, volume.Data.Size, 0, volume.Created);

    private static StorageException Missing(VolumePath path) => new(Errno.ENOENT, $"there is no volume {path}");

    private sealed class IgnoringOwner : IEqualityComparer<VolumePath>
    {
        public bool Equals(VolumePath x, VolumePath y) => x.Pool == y.Pool && x.Name == y.Name;

        public int GetHashCode(VolumePath path) => HashCode.Combine(path.Pool, path.Name);
    }
}
