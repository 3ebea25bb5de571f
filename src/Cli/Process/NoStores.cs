using CurveRbd.Rados;
using CurveRbd.Store;
namespace CurveRbd.Cli;
internal sealed class NoStores : IStoreProvider { public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) => throw new StorageException(Errno.EOPNOTSUPP, "no stores"); }
