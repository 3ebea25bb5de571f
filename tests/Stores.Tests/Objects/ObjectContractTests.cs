using CurveRbd.Etcd;
using CurveRbd.Etcd.Tests;
using CurveRbd.Local;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

[assembly: AssemblyFixture(typeof(EtcdServer))]

namespace CurveRbd.Stores.Tests;

public class MemoryObjectTests : ObjectContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new MemoryRecords());
}

public class MemoryWatchTests : WatchContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new MemoryRecords());
}

public class LocalObjectTests : ObjectContract
{
    private readonly TemporaryStore _store = new();

    protected override ValueTask<IRecordStore> OpenStoreAsync() => _store.OpenAsync();

    protected override ValueTask CloseStoreAsync() => _store.DisposeAsync();
}

public class LocalWatchTests : WatchContract
{
    private readonly TemporaryStore _store = new();

    protected override ValueTask<IRecordStore> OpenStoreAsync() => _store.OpenAsync();

    protected override ValueTask CloseStoreAsync() => _store.DisposeAsync();
}

public class EtcdObjectTests(EtcdServer etcd) : ObjectContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new EtcdRecordStore(etcd.NewOptions(), TimeProvider.System));
}

public class EtcdWatchTests(EtcdServer etcd) : WatchContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new EtcdRecordStore(etcd.NewOptions(), TimeProvider.System));
}

/// <summary>A store in a directory of its own.</summary>
internal sealed class TemporaryStore : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("curverbd-test-").FullName;
    private LocalStore? _store;

    public async ValueTask<IRecordStore> OpenAsync()
    {
        _store = await LocalStore.OpenAsync(Path.Combine(_directory, "store"), TestContext.Current.CancellationToken);
        return _store.Records;
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
