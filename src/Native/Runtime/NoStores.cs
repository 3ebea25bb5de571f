using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

internal sealed class NoStores : IStoreProvider
{
    public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) =>
        throw new StorageException(Errno.EOPNOTSUPP, $"there is no store of kind '{settings.Kind}'");
}
