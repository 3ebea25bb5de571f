using System.Collections.Concurrent;

namespace CurveRbd.Store.InMemory;

/// <summary>
/// Volumes that live as long as this object. With other limits it stands in for other stores: sparse, so a volume of 10 GiB costs
/// nothing until it is written.
/// </summary>
public sealed class MemoryVolumes(VolumeLimits limits) : IVolumeStore
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, VolumeData>> _pools = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _created = DateTimeOffset.UtcNow;
    private readonly string _fsid = Guid.NewGuid().ToString();

    public VolumeLimits Limits { get; } = limits;

    /// <summary>What goes wrong in a test; null = nothing.</summary>
    public StoreFaults? Faults { get; set; }

    /// <summary>Capacity in bytes; a creation or a growth beyond it is refused with ENOSPC.</summary>
    public ulong TotalBytes { get; set; } = 1ul << 50;

    /// <summary>As on a store whose volumes are on other hosts.</summary>
    public TimeSpan LateWritesMax { get; set; }

    /// <summary>Whether <see cref="FenceAsync"/> does anything.</summary>
    public bool CanFence { get; set; }

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        ulong used = _pools.Values.SelectMany(pool => pool.Values).Aggregate(0ul, (sum, volume) => sum + volume.Bytes.Allocated);
        return Task.FromResult(new StoreStatus(
            _fsid,
            _created,
            TotalBytes,
            used,
            TotalBytes - Math.Min(used, TotalBytes),
            Replicas: 1,
            [new StoreMonitor("a", "127.0.0.1:6789", IsUp: true, IsLeader: true)],
            [new StoreNode(0, "127.0.0.1:6800", IsUp: true, TotalBytes, used)]));
    }

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(CreatePoolAsync));
        if (!_pools.TryAdd(pool, new ConcurrentDictionary<string, VolumeData>(StringComparer.Ordinal)))
            throw new StorageException(Errno.EEXIST, $"pool /{pool} exists already");
        return Task.CompletedTask;
    }

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(DeletePoolAsync));
        if (!Pool(pool).IsEmpty)
            throw new StorageException(Errno.ENOTEMPTY, $"pool /{pool} still holds volumes");
        _pools.TryRemove(pool, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. _pools.Keys]);

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(CreateAsync));
        CheckName(path.Name);
        CheckSize(path, size);
        if (!Pool(path.Pool).TryAdd(path.Name, new VolumeData(size)))
            throw new StorageException(Errno.EEXIST, $"volume {path} exists already");
        return Task.CompletedTask;
    }

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(DeleteAsync));
        if (!Pool(path.Pool).TryRemove(path.Name, out _))
            throw Missing(path);
        return Task.CompletedTask;
    }

    public Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(RenameAsync));
        CheckName(newName);
        ConcurrentDictionary<string, VolumeData> pool = Pool(path.Pool);
        VolumeData volume = pool.GetValueOrDefault(path.Name) ?? throw Missing(path);
        if (!pool.TryAdd(newName, volume))
            throw new StorageException(Errno.EEXIST, $"volume /{path.Pool}/{newName} exists already");
        pool.TryRemove(path.Name, out _);
        return Task.CompletedTask;
    }

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken) =>
        Task.FromResult(_pools.GetValueOrDefault(path.Pool)?.GetValueOrDefault(path.Name)?.Describe(path.Name));

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<VolumeInfo>>([.. Pool(pool).Select(volume => volume.Value.Describe(volume.Key))]);

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(OpenAsync));
        VolumeData data = Pool(path.Pool).GetValueOrDefault(path.Name) ?? throw Missing(path);
        return Task.FromResult<IVolume>(new MemoryVolume(this, path, data, readOnly));
    }

    public ValueTask<bool> FenceAsync(VolumePath path, CancellationToken cancellationToken)
    {
        Faults?.Before(nameof(FenceAsync));
        VolumeData data = Pool(path.Pool).GetValueOrDefault(path.Name) ?? throw Missing(path);
        if (CanFence)
            Interlocked.Increment(ref data.Fences);
        return new(CanFence);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal void CheckSize(VolumePath path, ulong size)
    {
        if (size < Limits.SizeMin || size > Limits.SizeMax || size % Limits.SizeGranularity != 0)
            throw new StorageException(Errno.EINVAL, $"volume {path} can't have {size} bytes: {Limits}");
        if (size > TotalBytes)
            throw new StorageException(Errno.ENOSPC, $"volume {path} of {size} bytes is larger than the store, {TotalBytes} bytes");
    }

    private static StorageException Missing(VolumePath path) => new(Errno.ENOENT, $"there is no volume {path}");

    private void CheckName(string name)
    {
        if (name.Length == 0 || name[0] == '.' || name.Contains('/', StringComparison.Ordinal))
            throw new StorageException(Errno.EINVAL, $"'{name}' is no volume name");
        if (name.Length > Limits.NameLengthMax)
            throw new StorageException(Errno.ENAMETOOLONG, $"volume names have at most {Limits.NameLengthMax} bytes, this one {name.Length}");
    }

    private ConcurrentDictionary<string, VolumeData> Pool(string pool) =>
        _pools.GetValueOrDefault(pool) ?? throw new StorageException(Errno.ENOENT, $"there is no pool /{pool}");
}
