using CurveRbd.Store;
using CurveRbd.StoreContract;

namespace CurveRbd.Local.Tests;

public class LocalVolumeStoreTests : VolumeStoreContract
{
    private readonly TestStore _test = new();

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() => (await _test.OpenAsync()).Volumes;

    protected override ValueTask CloseStoreAsync() => _test.DisposeAsync();
}

public class LocalVolumeTests : VolumeContract
{
    private readonly TestStore _test = new();

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() => (await _test.OpenAsync()).Volumes;

    protected override ValueTask CloseStoreAsync() => _test.DisposeAsync();
}

public class LocalRecordStoreTests : RecordStoreContract
{
    private readonly TestStore _test = new();

    protected override async ValueTask<IRecordStore> OpenStoreAsync() => (await _test.OpenAsync()).Records;

    protected override ValueTask CloseStoreAsync() => _test.DisposeAsync();
}

public class LocalRecordSessionTests : RecordSessionContract
{
    private readonly TestStore _test = new();

    protected override async ValueTask<IRecordStore> OpenStoreAsync() => (await _test.OpenAsync()).Records;

    protected override ValueTask CloseStoreAsync() => _test.DisposeAsync();
}

public class LocalRecordWatchTests : RecordWatchContract
{
    private readonly TestStore _test = new();

    protected override async ValueTask<IRecordStore> OpenStoreAsync() => (await _test.OpenAsync()).Records;

    protected override ValueTask CloseStoreAsync() => _test.DisposeAsync();
}
