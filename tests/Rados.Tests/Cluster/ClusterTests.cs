using CurveRbd.Store;
using Microsoft.Extensions.Time.Testing;

namespace CurveRbd.Rados.Tests;

public sealed class ClusterTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly TestStores _stores = new();
    private readonly CephConf _conf = new("ceph", EntityName.Admin);

    public ClusterTests() => _conf.Set("rbd_store", "local:/nowhere");

    [Fact]
    public async Task Unconnected_cluster_answers_ENOTCONN_and_zeros()
    {
        await using var cluster = new Cluster(_conf, _stores);

        Assert.Equal(("00000000-0000-0000-0000-000000000000", 0ul, false), (cluster.Fsid, cluster.InstanceId, cluster.IsConnected));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.OpenIoContextAsync("p", s_none));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.Pools.ListAsync(s_none));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.GetStatAsync(s_none));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.MonCommandAsync("""{"prefix":"fsid"}""", default, s_none));
    }

    [Fact]
    public async Task ConnectAsync_gives_identity()
    {
        await using Cluster cluster = await _stores.ConnectAsync();

        StoreStatus status = await _stores.Volumes.GetStatusAsync(s_none);
        Assert.Equal(status.Fsid, cluster.Fsid);
        Assert.Equal((ulong)cluster.Session.Id, cluster.InstanceId);
        Assert.Equal($"127.0.0.1:0/{cluster.InstanceId}", cluster.Address);
    }

    [Fact]
    public async Task ConnectAsync_twice_is_EISCONN()
    {
        await using Cluster cluster = await _stores.ConnectAsync();

        await Refusal.OfAsync(Errno.EISCONN, () => cluster.ConnectAsync(s_none));

        Assert.Equal(1, _stores.OpenConnections);
    }

    [Fact]
    public async Task ConnectAsync_store_that_never_answers_is_ETIMEDOUT_and_leaks_nothing()
    {
        var answer = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        _stores.BeforeConnect = _ =>
        {
            asked.SetResult();
            return answer.Task;
        };
        var time = new FakeTimeProvider();
        _conf.Set("client_mount_timeout", "5");
        var cluster = new Cluster(_conf, _stores, time);

        Task connecting = cluster.ConnectAsync(s_none);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(5));

        await Refusal.OfAsync(Errno.ETIMEDOUT, () => connecting);
        answer.SetResult();
        await Eventually(() => _stores.OpenConnections == 0 && _stores.Asked.Count == 1);
        Assert.False(cluster.IsConnected);
    }

    [Fact]
    public async Task ShutdownAsync_gives_the_connection_back_and_may_be_repeated()
    {
        Cluster cluster = await _stores.ConnectAsync();
        string key = "test/key";
        await cluster.Stores.Records.CommitAsync(new RecordTransaction().Put(key, default, cluster.Session.Id), s_none);
        IRecordStore records = cluster.Stores.Records;

        await cluster.ShutdownAsync();
        await cluster.ShutdownAsync();

        Assert.Equal(0, _stores.OpenConnections);
        Assert.Null(await records.GetAsync(key, s_none));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.ConnectAsync(s_none));
        await Refusal.OfAsync(Errno.ENOTCONN, () => cluster.Pools.ListAsync(s_none));
    }

    [Fact]
    public async Task ShutdownAsync_never_connected_is_fine() => await new Cluster(_conf, _stores).ShutdownAsync();

    [Fact]
    public async Task Conf_options_that_chose_the_cluster_are_fixed_while_connected()
    {
        await using Cluster cluster = await _stores.ConnectAsync();

        Refusal.Of(Errno.EPERM, () => cluster.Conf.Set("mon_host", "10.0.0.1"));
        Refusal.Of(Errno.EPERM, () => cluster.Conf.Set("rbd_store", "local:/other"));
        Refusal.Of(Errno.ENOSYS, () => cluster.Conf.ReadFile("/dev/null"));
        cluster.Conf.Set("rbd_cache", "false");
        cluster.Conf.Set("mon_host", "");
    }

    [Theory]
    [InlineData("cephx", "", Errno.ENOENT)]
    [InlineData("cephx", "[client.other]\nkey = AQ==\n", Errno.EPERM)]
    [InlineData("cephx", "[client.admin]\nkey = %%%\n", Errno.EACCES)]
    [InlineData("cephx", "[client.admin]\n\tkey = AQBYW2ZnAAAAABAAm4y8Vx0Y0ZQqkWvB0Q2Lxg==\n\tcaps mon = \"allow *\"\n", Errno.None)]
    [InlineData("cephx, none", "", Errno.None)]
    [InlineData("cephx;none", "", Errno.None)]
    [InlineData("none", "", Errno.None)]
    public async Task ConnectAsync_keyring_matters_only_when_cephx_is_demanded(string methods, string keyring, Errno errno)
    {
        using var directory = new TemporaryDirectory();
        _conf.Set("auth_client_required", methods);
        _conf.Set("keyring", keyring.Length == 0 ? $"{directory.Path}/missing" : directory.Write("keyring", keyring));
        await using var cluster = new Cluster(_conf, _stores);

        if (errno == Errno.None)
            await cluster.ConnectAsync(s_none);
        else
            await Refusal.OfAsync(errno, () => cluster.ConnectAsync(s_none));
    }

    [Fact]
    public async Task ConnectAsync_key_in_conf_satisfies_cephx()
    {
        _conf.Set("auth_supported", "cephx");
        _conf.Set("key", "AQBYW2ZnAAAAABAAm4y8Vx0Y0ZQqkWvB0Q2Lxg==");
        await using var cluster = new Cluster(_conf, _stores);

        await cluster.ConnectAsync(s_none);

        Assert.True(cluster.IsConnected);
    }

    [Fact]
    public async Task OpenIoContextAsync_missing_pool_is_ENOENT()
    {
        await using Cluster cluster = await _stores.ConnectAsync();

        await Refusal.OfAsync(Errno.ENOENT, () => cluster.OpenIoContextAsync("p", s_none));
        await Refusal.OfAsync(Errno.ENOENT, () => cluster.OpenIoContextAsync(7, s_none));
        await Refusal.OfAsync(Errno.ENOENT, () => cluster.OpenIoContextAsync(-1, s_none));
    }

    [Fact]
    public async Task IoContext_of_a_deleted_pool_is_ENOENT()
    {
        await using Cluster cluster = await _stores.ConnectAsync();
        await cluster.Pools.CreateAsync("p", s_none);
        IoContext io = await cluster.OpenIoContextAsync("p", s_none);
        await io.ThrowIfPoolGoneAsync(s_none);

        await cluster.Pools.DeleteAsync("p", s_none);
        await cluster.Pools.CreateAsync("p", s_none);

        await Refusal.OfAsync(Errno.ENOENT, () => io.ThrowIfPoolGoneAsync(s_none));
    }

    [Fact]
    public async Task IoContext_clone_has_its_own_namespace()
    {
        await using Cluster cluster = await _stores.ConnectAsync();
        Pool pool = await cluster.Pools.CreateAsync("p", s_none);
        IoContext io = await cluster.OpenIoContextAsync(pool.Id, s_none);
        io.Namespace = "a";

        IoContext clone = io.Clone();
        clone.Namespace = "b";

        Assert.Equal<(ByteName, ByteName, ByteName)>(("a", "b", "p"), (io.Namespace, clone.Namespace, clone.Pool.Name));
    }

    [Fact]
    public async Task GetStatAsync_counts_volumes_of_all_pools()
    {
        await using Cluster cluster = await _stores.ConnectAsync();
        foreach (string pool in new[] { "a", "b" })
        {
            await cluster.Pools.CreateAsync(pool, s_none);
            await _stores.Volumes.CreateAsync(new VolumePath(pool, "v", "admin"), 4096, s_none);
        }

        ClusterStat stat = await cluster.GetStatAsync(s_none);

        Assert.Equal((_stores.Volumes.TotalBytes, 2ul), (stat.TotalBytes, stat.ObjectCount));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }
}
