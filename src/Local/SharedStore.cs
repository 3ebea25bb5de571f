using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>What a process has open of one directory, counted. Two spellings of a path are one store: it may have one lock file only.</summary>
internal sealed class SharedStore
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<(ulong Device, ulong Inode), SharedStore> s_open = [];

    private readonly (ulong Device, ulong Inode) _identity;
    private readonly LocalRecords _records;
    private int _useCount;

    private SharedStore((ulong Device, ulong Inode) identity, LocalVolumes volumes, LocalRecords records)
    {
        _identity = identity;
        _records = records;
        Volumes = volumes;
    }

    public IVolumeStore Volumes { get; }

    public IRecordStore Records => _records;

    public static SharedStore Open(string root)
    {
        if (root.Length == 0 || root.Contains('\0', StringComparison.Ordinal))
            throw new StorageException(Errno.EINVAL, $"'{root}' is no directory for a store: set rbd_store = local:/some/directory");

        var directory = new FilePath(root);
        lock (s_lock)
        {
            (ulong, ulong) identity = StoreDirectory.Ensure(directory).Identity;
            if (!s_open.TryGetValue(identity, out SharedStore? store))
            {
                store = StoreDirectory.Open(directory, identity);
                s_open.Add(identity, store);
            }

            store._useCount++;
            return store;
        }
    }

    public static SharedStore Of((ulong Device, ulong Inode) identity, LocalVolumes volumes, LocalRecords records) => new(identity, volumes, records);

    public void GiveBack()
    {
        lock (s_lock)
        {
            if (--_useCount > 0)
                return;
            s_open.Remove(_identity);
            _records.Close();
        }
    }
}
