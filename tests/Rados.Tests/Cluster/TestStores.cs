using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rados.Tests;

/// <summary>Stores in memory behind every setting, and what was asked of them.</summary>
internal sealed class TestStores : IStoreProvider
{
    public static readonly VolumeLimits Limits = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1ul << 50, CanShrink: true, WritesAreDurable: true, NameLengthMax: 255);

    public MemoryVolumes Volumes { get; } = new(Limits);

    public MemoryRecords Records { get; } = new();

    /// <summary>Stands between the cluster and <see cref="Volumes"/> when set.</summary>
    public IVolumeStore? VolumesInstead { get; set; }

    public List<StoreSettings> Asked { get; } = [];

    public int OpenConnections { get; private set; }

    /// <summary>Runs before a connection is given.</summary>
    public Func<CancellationToken, Task> BeforeConnect { get; set; } = _ => Task.CompletedTask;

    public async Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        Asked.Add(settings);
        await BeforeConnect(cancellationToken);
        OpenConnections++;
        return new StoreConnection(VolumesInstead ?? Volumes, Records, () =>
        {
            OpenConnections--;
            return ValueTask.CompletedTask;
        });
    }

    public async Task<Cluster> ConnectAsync(Action<CephConf>? configure = null)
    {
        var conf = new CephConf("ceph", EntityName.Admin);
        conf.Set("rbd_store", "local:/nowhere");
        configure?.Invoke(conf);
        var cluster = new Cluster(conf, this);
        await cluster.ConnectAsync(TestContext.Current.CancellationToken);
        return cluster;
    }
}
