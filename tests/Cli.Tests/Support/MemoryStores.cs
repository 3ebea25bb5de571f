using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Cli.Tests;

/// <summary>One cluster in memory, shared by all commands of a test.</summary>
internal sealed class MemoryStores : IStoreProvider, IAsyncDisposable
{
    private static readonly VolumeLimits s_limits = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1ul << 60, CanShrink: true, WritesAreDurable: false, NameLengthMax: 255);

    private readonly MemoryVolumes _volumes = new(s_limits);
    private readonly MemoryRecords _records = new();

    public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) =>
        Task.FromResult(new StoreConnection(_volumes, _records, () => ValueTask.CompletedTask));

    public async ValueTask DisposeAsync()
    {
        await _volumes.DisposeAsync();
        await _records.DisposeAsync();
    }
}
