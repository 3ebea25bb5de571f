using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

/// <summary>A cluster with a pool and a client of it. Ends with the cluster's own checks.</summary>
internal sealed class Fixture : IAsyncDisposable
{
    public const ulong GiB = 1UL << 30;

    private Fixture(Cluster cluster, CurveVolumeStore store)
    {
        Cluster = cluster;
        Store = store;
    }

    public static VolumePath Volume { get; } = new("pool", "vm-1", "");

    public Cluster Cluster { get; }

    public CurveVolumeStore Store { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Fixture> StartAsync(ClusterOptions? options = null, Func<CurveOptions, CurveOptions>? configure = null)
    {
        Cluster cluster = Cluster.Start(options ?? new ClusterOptions());
        CurveVolumeStore store = await ConnectAsync(cluster, configure);
        await store.CreatePoolAsync("pool", Token);
        return new Fixture(cluster, store);
    }

    /// <summary>With bytes that go through the cluster's nebd-server.</summary>
    public static async Task<Fixture> StartNebdAsync(ClusterOptions? options = null, Func<CurveOptions, CurveOptions>? configure = null)
    {
        Cluster cluster = Cluster.Start(options ?? new ClusterOptions());
        CurveVolumeStore store = await ConnectNebdAsync(cluster, configure);
        await store.CreatePoolAsync("pool", Token);
        return new Fixture(cluster, store);
    }

    public static Task<CurveVolumeStore> ConnectNebdAsync(Cluster cluster, Func<CurveOptions, CurveOptions>? configure = null) =>
        ConnectAsync(cluster, options =>
        {
            options = options with { NebdSocket = cluster.Nebd.Socket };
            return configure is null ? options : configure(options);
        });

    public static Task<CurveVolumeStore> ConnectAsync(Cluster cluster, Func<CurveOptions, CurveOptions>? configure = null)
    {
        var options = new CurveOptions
        {
            MdsAddresses = cluster.MdsAddresses,
            User = "alice",
            RootPassword = "root_password",
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        return CurveVolumeStore.ConnectAsync(configure is null ? options : configure(options), TimeProvider.System, Token);
    }

    /// <summary>Creates a volume of 10 GiB and opens it for writing.</summary>
    public async Task<IVolume> OpenNewAsync()
    {
        await Store.CreateAsync(Volume, 10 * GiB, Token);
        return await Store.OpenAsync(Volume, readOnly: false, Token);
    }

    public static byte[] RandomBytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadAsync(IVolume volume, ulong offset, int count)
    {
        byte[] bytes = RandomBytes(count, seed: -1);
        await volume.ReadAsync(offset, bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Assert.Empty(Cluster.Faults.Violations);
        Cluster.VerifyReplicas();
        await Cluster.DisposeAsync();
    }
}
