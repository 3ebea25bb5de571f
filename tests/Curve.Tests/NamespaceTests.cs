using CurveRbd.Brpc;
using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class NamespaceTests
{
    [Fact]
    public async Task CreateAsync_twice_is_EEXIST()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);

        await FailsWithAsync(Errno.EEXIST, () => fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token));
    }

    [Theory]
    [InlineData(1UL << 30)]
    [InlineData((10UL << 30) + 4096)]
    [InlineData(21UL << 40)]
    public async Task CreateAsync_of_a_size_that_CurveBS_refuses_is_EINVAL(ulong size)
    {
        await using Fixture fixture = await Fixture.StartAsync();

        await FailsWithAsync(Errno.EINVAL, () => fixture.Store.CreateAsync(Fixture.Volume, size, Fixture.Token));
    }

    [Fact]
    public async Task CreateAsync_in_a_missing_pool_is_ENOENT()
    {
        await using Fixture fixture = await Fixture.StartAsync();

        await FailsWithAsync(Errno.ENOENT, () => fixture.Store.CreateAsync(Fixture.Volume with { Pool = "none" }, 10 * Fixture.GiB, Fixture.Token));
    }

    [Fact]
    public async Task Operations_whose_answers_get_lost_are_done_once_and_succeed()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        foreach (string method in new[] { "CreateFile", "RenameFile", "DeleteFile" })
            fixture.Cluster.Faults.Inject(new Fault(method) { IsReplyDropped = true });

        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        await fixture.Store.RenameAsync(Fixture.Volume, "vm-2", Fixture.Token);
        Assert.NotNull(await fixture.Store.StatAsync(Fixture.Volume with { Name = "vm-2" }, Fixture.Token));
        await fixture.Store.DeleteAsync(Fixture.Volume with { Name = "vm-2" }, Fixture.Token);

        Assert.Empty(await fixture.Store.ListAsync("pool", Fixture.Token));
        Assert.Equal(3, fixture.Cluster.Faults.Hits);
    }

    [Fact]
    public async Task Operations_that_another_MDS_could_not_even_be_sent_are_no_repetitions()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        var options = new CurveOptions { MdsAddresses = ["127.0.0.1:1", .. fixture.Cluster.MdsAddresses], User = "alice" };

        await FailsWithAsync(Errno.EEXIST, () => WithFreshNamesAsync(options, names => names.CreateVolumeAsync("/pool/vm-1", "alice", 10 * Fixture.GiB, Fixture.Token)));
        await FailsWithAsync(Errno.ENOENT, () => WithFreshNamesAsync(options, names => names.DeleteAsync("/pool/none", "alice", Fixture.Token)));
    }

    private static async Task WithFreshNamesAsync(CurveOptions options, Func<MdsNamespace, Task> operate)
    {
        await using var channels = new RpcChannels(RpcChannelOptions.Default, TimeProvider.System);
        await operate(new MdsNamespace(new MdsClient(options, channels, TimeProvider.System), options, TimeProvider.System));
    }

    [Fact]
    public async Task CreateAsync_whose_request_gets_lost_is_EEXIST_when_there_is_another_volume()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 11 * Fixture.GiB, Fixture.Token);
        fixture.Cluster.Faults.Inject(new Fault("CreateFile") { IsDropped = true });

        await FailsWithAsync(Errno.EEXIST, () => fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token));
    }

    [Fact]
    public async Task CreateAsync_by_another_owner_is_EPERM()
    {
        await using Fixture fixture = await Fixture.StartAsync();

        await FailsWithAsync(Errno.EPERM, () => fixture.Store.CreateAsync(Fixture.Volume with { Owner = "eve" }, 10 * Fixture.GiB, Fixture.Token));
    }

    [Fact]
    public async Task RenameAsync_onto_a_volume_is_EEXIST_and_keeps_both()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        await fixture.Store.CreateAsync(Fixture.Volume with { Name = "vm-2" }, 11 * Fixture.GiB, Fixture.Token);

        await FailsWithAsync(Errno.EEXIST, () => fixture.Store.RenameAsync(Fixture.Volume, "vm-2", Fixture.Token));

        IReadOnlyList<VolumeInfo> volumes = await fixture.Store.ListAsync("pool", Fixture.Token);
        Assert.Equal(["vm-1", "vm-2"], volumes.Select(volume => volume.Name).Order());
    }

    [Fact]
    public async Task RenameAsync_moves_the_bytes()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using (IVolume volume = await fixture.OpenNewAsync())
            await volume.WriteAsync(0, Fixture.RandomBytes(4096));

        await fixture.Store.RenameAsync(Fixture.Volume, "renamed", Fixture.Token);

        await using IVolume renamed = await fixture.Store.OpenAsync(Fixture.Volume with { Name = "renamed" }, readOnly: true, Fixture.Token);
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(renamed, 0, 4096));
        Assert.Null(await fixture.Store.StatAsync(Fixture.Volume, Fixture.Token));
    }

    [Fact]
    public async Task RenameAsync_just_after_an_MDS_start_waits_until_it_is_willing()
    {
        await using Fixture fixture = await Fixture.StartAsync(new() { StartupRefusal = TimeSpan.FromSeconds(1) });
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);

        await fixture.Store.RenameAsync(Fixture.Volume, "renamed", Fixture.Token);

        Assert.NotNull(await fixture.Store.StatAsync(Fixture.Volume with { Name = "renamed" }, Fixture.Token));
    }

    [Fact]
    public async Task ChangeOwnerAsync_gives_the_volume_away()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);

        await fixture.Store.Namespace.ChangeOwnerAsync("/pool/vm-1", "eve", Fixture.Token);

        Assert.Equal("eve", (await fixture.Store.Namespace.GetAsync("/pool/vm-1", "root", Fixture.Token)).Owner);
        await FailsWithAsync(Errno.EPERM, () => fixture.Store.OpenAsync(Fixture.Volume, readOnly: true, Fixture.Token));
    }

    [Fact]
    public async Task DeletePoolAsync_with_a_volume_is_ENOTEMPTY()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);

        await FailsWithAsync(Errno.ENOTEMPTY, () => fixture.Store.DeletePoolAsync("pool", Fixture.Token));
        await fixture.Store.DeleteAsync(Fixture.Volume, Fixture.Token);
        await fixture.Store.DeletePoolAsync("pool", Fixture.Token);

        Assert.Empty(await fixture.Store.ListPoolsAsync(Fixture.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    public async Task ListPoolsAsync_without_roots_password_is_EPERM_and_says_what_may_be_wrong(string password)
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using CurveVolumeStore store = await Fixture.ConnectAsync(fixture.Cluster, options => options with { RootPassword = password });

        StorageException error = await FailsWithAsync(Errno.EPERM, () => store.ListPoolsAsync(Fixture.Token));

        Assert.Contains("password", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetStatusAsync_shows_the_cluster()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using (IVolume volume = await fixture.OpenNewAsync())
            await volume.WriteAsync(0, new byte[4096]);
        await fixture.Cluster.ChunkServers[2].StopAsync();

        StoreStatus status = await fixture.Store.GetStatusAsync(Fixture.Token);

        Assert.Equal((1UL << 40, Fixture.GiB, 3), (status.TotalBytes, status.UsedBytes, status.Replicas));
        Assert.Equal([true, true, false], status.Nodes.Select(node => node.IsUp));
        Assert.Equal([true, false], status.Monitors.Select(monitor => monitor.IsLeader));
        Assert.True(Guid.TryParse(status.Fsid, out _));
        fixture.Cluster.ChunkServers[2].Start();
    }

    [Fact]
    public async Task State_kept_in_a_directory_is_there_after_a_restart_of_the_cluster()
    {
        string directory = Directory.CreateTempSubdirectory("curve-kept").FullName;
        var options = new TestCluster.ClusterOptions { Directory = directory };
        await using (Fixture before = await Fixture.StartAsync(options))
        {
            await using IVolume volume = await before.OpenNewAsync();
            await volume.WriteAsync(4096, Fixture.RandomBytes(8192));
        }

        await using (TestCluster.Cluster cluster = TestCluster.Cluster.Start(options))
        {
            await using CurveVolumeStore store = await Fixture.ConnectAsync(cluster);
            await using IVolume kept = await store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);

            Assert.Equal(Fixture.RandomBytes(8192), await Fixture.ReadAsync(kept, 4096, 8192));
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<StorageException> FailsWithAsync(Errno errno, Func<Task> action)
    {
        StorageException error = await Assert.ThrowsAsync<StorageException>(action);
        Assert.Equal(errno, error.Errno);
        return error;
    }
}
