using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// What a process has open of one directory, counted, and for a while longer: services connect anew for every operation. Two
/// spellings of a path are one store, it may have one lock file only; a directory that was removed and made again is another.
/// </summary>
internal sealed class SharedStore : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<StoreFiles, SharedStore> s_open = [];

    private readonly LocalRecords _records;
    private readonly Timer _idleTimer;
    private StoreFiles _files;
    private int _useCount;

    public SharedStore(LocalVolumes volumes, LocalRecords records)
    {
        _records = records;
        Volumes = volumes;
        _idleTimer = new Timer(_ => Dispose());
    }

    /// <summary>How long a store that nobody uses stays open.</summary>
    public static TimeSpan IdleTime { get; set; } = TimeSpan.FromSeconds(10);

    public IVolumeStore Volumes { get; }

    public IRecordStore Records => _records;

    public static SharedStore Open(string root)
    {
        if (root.Length == 0 || root.Contains('\0', StringComparison.Ordinal))
            throw new StorageException(Errno.EINVAL, $"'{root}' is no directory for a store: set rbd_store = local:/some/directory");

        var directory = new FilePath(root);
        lock (s_lock)
        {
            StoreDirectory.Ensure(directory);
            if (!s_open.TryGetValue(StoreFiles.In(directory), out SharedStore? store))
                store = OpenFirst(directory);
            store._useCount++;
            return store;
        }
    }

    public void GiveBack()
    {
        lock (s_lock)
        {
            if (--_useCount == 0)
                _idleTimer.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Closes it, unless somebody uses it.</summary>
    public void Dispose()
    {
        lock (s_lock)
        {
            if (_useCount > 0 || !s_open.Remove(_files))
                return;
            _idleTimer.Dispose();
            _records.Close();
        }
    }

    /// <summary>Closes every store that nobody uses.</summary>
    public static void CloseIdle()
    {
        lock (s_lock)
        {
            foreach (SharedStore store in s_open.Values.ToList())
                store.Dispose();
        }
    }

    private static SharedStore OpenFirst(FilePath directory)
    {
        SharedStore store = StoreDirectory.Open(directory);
        store._files = StoreFiles.In(directory);
        s_open.Add(store._files, store);
        return store;
    }
}
