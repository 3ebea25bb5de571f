using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// The embedded store: volumes and records in one directory of this host, for any number of processes. A process shares what it
/// has open of a directory; each <see cref="OpenAsync"/> is given back by disposing its result.
/// </summary>
public sealed class LocalStore : IAsyncDisposable
{
    private readonly SharedStore _shared;
    private int _isGivenBack;

    private LocalStore(SharedStore shared) => _shared = shared;

    /// <summary>
    /// The file to load SQLite from in place of <c>libe_sqlite3.so</c> where .NET finds it; counts until the first store is opened. A
    /// forked child names a private copy here: the library of its parent may have been left in the middle of anything.
    /// </summary>
    public static string? SqliteLibrary
    {
        get => SqliteLoader.Path;
        set => SqliteLoader.Path = value;
    }

    public IVolumeStore Volumes => _shared.Volumes;

    public IRecordStore Records => _shared.Records;

    /// <param name="root">The directory. It is made when only it is missing; the directory above must be there.</param>
    /// <exception cref="StorageException">ENOENT, EACCES, EROFS (nothing there yet), ENOSPC, EIO (damaged), EOPNOTSUPP (made by a newer version), ETIMEDOUT.</exception>
    public static Task<LocalStore> OpenAsync(string root, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new LocalStore(SharedStore.Open(root)));
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
            _shared.GiveBack();
        return ValueTask.CompletedTask;
    }
}
