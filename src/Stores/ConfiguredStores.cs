using CurveRbd.Local;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores;

/// <summary>Every kind of store that <c>rbd_store</c> can name.</summary>
public sealed class ConfiguredStores : IStoreProvider
{
    /// <summary>The file to load SQLite from; null: where .NET finds it. Counts until the first embedded store is opened.</summary>
    public static string? SqliteLibrary
    {
        get => LocalStore.SqliteLibrary;
        set => LocalStore.SqliteLibrary = value;
    }

    /// <exception cref="StorageException">EINVAL: no such kind of store; or what opening it says.</exception>
    public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) => settings.Kind switch
    {
        "local" => ConnectLocalAsync(settings.Location, cancellationToken),
        "curve" => SharedCurve.ConnectAsync(settings, cancellationToken),
        _ => throw new StorageException(Errno.EINVAL, $"rbd_store = {settings}: there is no store of kind '{settings.Kind}'; 'local:/some/directory' and 'curve' are"),
    };

    private static async Task<StoreConnection> ConnectLocalAsync(string directory, CancellationToken cancellationToken)
    {
        LocalStore store = await LocalStore.OpenAsync(directory, cancellationToken).ConfigureAwait(false);
        return new StoreConnection(store.Volumes, store.Records, store.DisposeAsync);
    }
}
