using CurveRbd.Etcd.Tests;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores.Tests;

/// <summary>What <c>rbd_store = curve</c> leads to, on a test cluster and a real etcd.</summary>
public sealed class CurveStoreTests : IAsyncLifetime
{
    private readonly EtcdServer _etcd = new();
    private readonly TestCluster.Cluster _cluster = TestCluster.Cluster.Start(new TestCluster.ClusterOptions());
    private readonly ConfiguredStores _stores = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _etcd.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task ConnectAsync_gives_volumes_of_the_cluster_and_records_of_its_etcd()
    {
        await using StoreConnection connection = await _stores.ConnectAsync(Settings(), Token);
        var path = new VolumePath("pool", "vm-1", "admin");

        await connection.Volumes.CreatePoolAsync("pool", Token);
        await connection.Volumes.CreateAsync(path, 10UL << 30, Token);
        await using IVolume volume = await connection.Volumes.OpenAsync(path, readOnly: false, Token);
        await volume.WriteAsync(4096, new byte[4096]);
        RecordCommit commit = await connection.Records.CommitAsync(new RecordTransaction().RequireAbsent("a").Put("a", new byte[] { 1 }), Token);

        Assert.True(commit.Succeeded);
        Assert.Equal(["pool"], await connection.Volumes.ListPoolsAsync(Token));
    }

    [Fact]
    public async Task ConnectAsync_again_shares_the_connection_until_all_have_left()
    {
        StoreConnection first = await _stores.ConnectAsync(Settings(), Token);
        StoreConnection second = await _stores.ConnectAsync(Settings(), Token);
        Assert.Same(first.Volumes, second.Volumes);

        await first.DisposeAsync();
        Assert.Null(await second.Records.GetAsync("none", Token));
        await second.DisposeAsync();

        await using StoreConnection third = await _stores.ConnectAsync(Settings(), Token);
        Assert.NotSame(second.Volumes, third.Volumes);
    }

    [Fact]
    public async Task ConnectAsync_given_up_on_a_dead_cluster_ends_at_once()
    {
        StoreSettings settings = Settings(mds: EtcdServer.DeadEndpoint.Replace("http://", "", StringComparison.Ordinal));
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _stores.ConnectAsync(settings, impatience.Token).WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task ConnectAsync_without_an_etcd_is_EINVAL_and_says_what_is_missing()
    {
        StoreSettings settings = Settings() with { Options = new Dictionary<string, string> { ["curve_mds"] = "127.0.0.1:1" } };

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => _stores.ConnectAsync(settings, Token));

        Assert.Equal(Errno.EINVAL, error.Errno);
        Assert.Contains("curve_etcd", error.Message, StringComparison.Ordinal);
    }

    private StoreSettings Settings(string? mds = null) => new("curve", "", "admin", new Dictionary<string, string>
    {
        ["curve_mds"] = mds ?? string.Join(',', _cluster.MdsAddresses),
        ["curve_etcd"] = _etcd.Endpoint,
        ["curve_root_password"] = "root_password",
    });
}
