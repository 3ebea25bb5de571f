using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>The same stores for every client, whatever its settings say.</summary>
internal sealed class FixedStores(IVolumeStore volumes, IRecordStore records) : IStoreProvider
{
    public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) =>
        Task.FromResult(new StoreConnection(volumes, records, () => ValueTask.CompletedTask));
}
