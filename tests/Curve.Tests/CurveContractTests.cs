using CurveRbd.Store;
using CurveRbd.StoreContract;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class CurveVolumeStoreTests : VolumeStoreContract
{
    private readonly Cluster _cluster = Cluster.Start(new ClusterOptions());

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() =>
        await Fixture.ConnectAsync(_cluster, options => options with { User = "admin" });

    protected override ValueTask CloseStoreAsync() => _cluster.DisposeAsync();
}

public class CurveVolumeTests : VolumeContract
{
    private readonly Cluster _cluster = Cluster.Start(new ClusterOptions());

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() =>
        await Fixture.ConnectAsync(_cluster, options => options with { User = "admin" });

    protected override ValueTask CloseStoreAsync() => _cluster.DisposeAsync();
}

public class NebdVolumeStoreTests : VolumeStoreContract
{
    private readonly Cluster _cluster = Cluster.Start(new ClusterOptions());

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() =>
        await Fixture.ConnectAsync(_cluster, options => options with { User = "admin", NebdSocket = _cluster.Nebd.Socket });

    protected override ValueTask CloseStoreAsync() => _cluster.DisposeAsync();
}

public class NebdVolumeTests : VolumeContract
{
    private readonly Cluster _cluster = Cluster.Start(new ClusterOptions());

    protected override async ValueTask<IVolumeStore> OpenStoreAsync() =>
        await Fixture.ConnectAsync(_cluster, options => options with { User = "admin", NebdSocket = _cluster.Nebd.Socket });

    protected override ValueTask CloseStoreAsync() => _cluster.DisposeAsync();
}
