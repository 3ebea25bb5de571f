using CurveRbd.Etcd.Tests;
using CurveRbd.Store;
using CurveRbd.StoreContract;

[assembly: AssemblyFixture(typeof(EtcdServer))]

namespace CurveRbd.Etcd.Tests;

public class EtcdRecordStoreTests(EtcdServer etcd) : RecordStoreContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new EtcdRecordStore(etcd.NewOptions(), TimeProvider.System));
}

public class EtcdSessionTests(EtcdServer etcd) : RecordSessionContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new EtcdRecordStore(etcd.NewOptions(), TimeProvider.System));
}

public class EtcdWatchTests(EtcdServer etcd) : RecordWatchContract
{
    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(new EtcdRecordStore(etcd.NewOptions(), TimeProvider.System));
}
