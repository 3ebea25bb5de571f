using CurveRbd.Curve;
using CurveRbd.Etcd;
using CurveRbd.Etcd.Tests;
using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Rbd.Tests;

/// <summary>A pool on a CurveBS test cluster and a real etcd; each client has connections of its own. Ends with the cluster's own checks.</summary>
internal sealed class CurvePool : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _stores = [];

    private CurvePool(TestCluster.Cluster cluster) => Cluster = cluster;

    public TestCluster.Cluster Cluster { get; }

    public TestPool Pool { get; private set; } = null!;

    /// <param name="io">"direct" or "nebd".</param>
    public static async Task<CurvePool> StartAsync(EtcdServer etcd, string io)
    {
        var made = new CurvePool(TestCluster.Cluster.Start(new ClusterOptions { ChunkServerBytes = 16UL << 40 }));
        EtcdOptions records = etcd.NewOptions();
        var volumes = new CurveOptions
        {
            MdsAddresses = made.Cluster.MdsAddresses,
            User = "admin",
            RootPassword = "root_password",
            NebdSocket = io == "nebd" ? made.Cluster.Nebd.Socket : "",
        };
        made.Pool = await TestPool.CreateAsync(() => made.ConnectAsync(volumes, records), () => Task.CompletedTask);
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        Cluster.Faults.Clear();
        await Pool.DisposeAsync();
        foreach (IAsyncDisposable store in _stores)
            await store.DisposeAsync();
        Assert.Empty(Cluster.Faults.Violations);
        Cluster.VerifyReplicas();
        await Cluster.DisposeAsync();
    }

    private async Task<(IVolumeStore Volumes, IRecordStore Records)> ConnectAsync(CurveOptions curve, EtcdOptions etcd)
    {
        CurveVolumeStore volumes = await CurveVolumeStore.ConnectAsync(curve, TimeProvider.System, CancellationToken.None);
        var records = new EtcdRecordStore(etcd, TimeProvider.System);
        _stores.AddRange([records, volumes]);
        return (volumes, records);
    }
}
