using System.Text;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Local;

/// <summary>
/// Volumes as sparse files, <c>volumes/&lt;pool&gt;/&lt;volume&gt;</c> below the store's directory. Creating, removing and renaming is durable
/// on return. The owner in a <see cref="VolumePath"/> is not kept: files belong to who made them.
/// </summary>
internal sealed class LocalVolumes(FilePath root, StoreIdentity identity) : IVolumeStore
{
    // NAME_MAX of every Linux file system in use.
    private const int NameMax = 255;

    // Below any overflow of off_t; the file system's own limit (ext4: 16 TiB) shows as EFBIG.
    private const ulong SizeMax = 1ul << 60;

    private readonly FilePath _volumes = root.Of("volumes");

    public VolumeLimits Limits { get; } = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax, CanShrink: true, WritesAreDurable: false, NameMax);

    /// <summary>
    /// Space is that of the file system as a whole: used is what anything occupies there, which costs one system call where adding up
    /// the volumes would cost one for each. <see cref="ListAsync"/> tells what single volumes occupy.
    /// </summary>
    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        FileSystemStatus space = _volumes.StatFileSystem();
        ulong total = space.Blocks * space.FragmentSize;
        ulong used = (space.Blocks - space.Free) * space.FragmentSize;
        return Task.FromResult(new StoreStatus(
            identity.Fsid,
            identity.Created,
            total,
            used,
            space.Available * space.FragmentSize,
            Replicas: 1,
            [new StoreMonitor("a", "127.0.0.1:6789", IsUp: true, IsLeader: true)],
            [new StoreNode(0, "127.0.0.1:6800", IsUp: true, total, used)]));
    }

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoolDirectory(pool).MakeDirectory(_volumes);
        return Task.CompletedTask;
    }

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoolDirectory(pool).RemoveDirectory(_volumes);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken)
    {
        FilePath volumes = _volumes;
        return Task.FromResult<IReadOnlyList<string>>(
            [.. volumes.List().Where(name => IsPool(name) && volumes.Of(name).TryStat(out FileStatus status) && status.IsDirectory)]);
    }

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckSize(path, size);
        FilePath directory = PoolDirectory(path.Pool);
        FilePath file = FileOf(path);
        using SafeFileHandle handle = file.Create(directory);
        try
        {
            file.SetFirstSize(handle, size);
            directory.SyncNames();
        }
        catch (StorageException)
        {
            file.Remove(directory);
            throw;
        }

        return Task.CompletedTask;
    }

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FileOf(path).Remove(PoolDirectory(path.Pool));
        return Task.CompletedTask;
    }

    public Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FileOf(path).Rename(FileOf(path with { Name = newName }), PoolDirectory(path.Pool));
        return Task.CompletedTask;
    }

    public Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken) => Task.FromResult(Describe(path));

    public Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<VolumeInfo>>(
            [.. PoolDirectory(pool).List().Where(IsVolume).Select(name => Describe(new VolumePath(pool, name, ""))).OfType<VolumeInfo>()]);

    public Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IVolume>(new LocalVolume(path, new VolumeFile(FileOf(path), readOnly), readOnly));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static void CheckSize(VolumePath path, ulong size)
    {
        if (size > SizeMax)
            throw new StorageException(Errno.EFBIG, $"volume {path} can't have {size} bytes, the most is {SizeMax}");
    }

    // A directory that something else made beside the pools (lost+found) is no pool.
    private static bool IsPool(string name)
    {
        try
        {
            return name.Length > 0 && ByteName.Decode(name).Encode() == name;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return false;
        }
    }

    // Anything that lies in a pool's directory is a volume, whoever named it, but for hidden files and for what is not text.
    private static bool IsVolume(string name) =>
        name.Length > 0 && name[0] != '.' && !name.AsSpan().ContainsAny('/', '\0', '\uFFFD') && Encoding.UTF8.GetByteCount(name) <= NameMax;

    private FilePath PoolDirectory(string pool) => IsPool(pool)
        ? _volumes.Of(CheckLength(pool))
        : throw new StorageException(Errno.EINVAL, $"'{pool}' is no name of a pool");

    private FilePath FileOf(VolumePath path) => IsVolume(CheckLength(path.Name))
        ? PoolDirectory(path.Pool).Of(path.Name)
        : throw new StorageException(Errno.EINVAL, $"'{path.Name}' is no name of a volume");

    private static string CheckLength(string name) => Encoding.UTF8.GetByteCount(name) <= NameMax
        ? name
        : throw new StorageException(Errno.ENAMETOOLONG, $"'{name}' is longer than {NameMax} bytes");

    private VolumeInfo? Describe(VolumePath path) => IsVolume(path.Name) && FileOf(path).TryStat(out FileStatus status) && status.IsFile
        ? new VolumeInfo(path.Name, status.Size, status.Allocated, status.Created)
        : null;
}
