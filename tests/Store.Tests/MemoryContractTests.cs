using CurveRbd.Store.InMemory;
using CurveRbd.StoreContract;

namespace CurveRbd.Store.Tests;

public class MemoryVolumeStoreTests : VolumeStoreContract
{
    protected override ValueTask<IVolumeStore> OpenStoreAsync() => new(new MemoryVolumes(TestLimits.Bytes));
}

public class MemoryVolumeTests : VolumeContract
{
    protected override ValueTask<IVolumeStore> OpenStoreAsync() => new(new MemoryVolumes(TestLimits.Bytes));
}

public class MemoryBlockVolumeStoreTests : VolumeStoreContract
{
    protected override ValueTask<IVolumeStore> OpenStoreAsync() => new(new MemoryVolumes(TestLimits.Curve));
}

public class MemoryBlockVolumeTests : VolumeContract
{
    protected override ValueTask<IVolumeStore> OpenStoreAsync() => new(new MemoryVolumes(TestLimits.Curve));
}

public class MemoryRecordStoreTests : RecordStoreContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new MemoryRecords());
}

public class MemoryRecordSessionTests : RecordSessionContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new MemoryRecords());
}

public class MemoryRecordWatchTests : RecordWatchContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new MemoryRecords());
}
