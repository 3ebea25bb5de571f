using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class SessionTests
{
    private static readonly ClusterOptions s_shortLease = new() { Lease = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task OpenAsync_for_writing_protects_the_volume_until_it_is_closed()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        IVolume volume = await fixture.OpenNewAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.Store.DeleteAsync(Fixture.Volume, Fixture.Token));
        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.Single(await fixture.Store.GetOpenersAsync(Fixture.Volume, Fixture.Token));
        await volume.DisposeAsync();
        await fixture.Store.DeleteAsync(Fixture.Volume, Fixture.Token);

        Assert.Null(await fixture.Store.StatAsync(Fixture.Volume, Fixture.Token));
    }

    [Fact]
    public async Task OpenAsync_twice_in_one_process_counts_twice()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume first = await fixture.OpenNewAsync();
        await using IVolume second = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);

        IReadOnlyList<string> openers = await fixture.Store.GetOpenersAsync(Fixture.Volume, Fixture.Token);

        Assert.Equal(2, openers.Distinct().Count());
    }

    [Fact]
    public async Task Session_after_an_MDS_fail_over_is_known_to_the_new_leader()
    {
        await using Fixture fixture = await Fixture.StartAsync(s_shortLease);
        await using IVolume volume = await fixture.OpenNewAsync();
        await fixture.Cluster.FailOverMdsAsync();

        await WaitUntilAsync(async () => (await fixture.Store.GetOpenersAsync(Fixture.Volume, Fixture.Token)).Count == 1);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.Store.DeleteAsync(Fixture.Volume, Fixture.Token));
        Assert.Equal(Errno.EBUSY, error.Errno);
    }

    [Fact]
    public async Task FenceAsync_stops_who_had_the_volume_open_and_not_who_opens_it_then()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume fenced = await fixture.OpenNewAsync();
        await fenced.WriteAsync(0, new byte[4096]);

        await fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token);

        StorageException known = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(0, new byte[4096]));
        StorageException hole = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(Fixture.GiB, new byte[4096]));
        Assert.Equal((Errno.ESHUTDOWN, Errno.ESHUTDOWN), (known.Errno, hole.Errno));
        await using IVolume next = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        await next.WriteAsync(0, Fixture.RandomBytes(4096));
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(fenced, 0, 4096));
    }

    [Fact]
    public async Task FenceAsync_holds_on_a_chunkserver_that_was_down_meanwhile()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume fenced = await fixture.OpenNewAsync();
        await fenced.WriteAsync(0, new byte[4096]);
        ChunkServer down = fixture.Cluster.ChunkServers[0];
        await down.StopAsync();
        await fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token);
        down.Start();

        for (int i = 0; i < 3; i++)
        {
            fixture.Cluster.MoveLeaders();
            StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(0, new byte[4096]));
            Assert.Equal(Errno.ESHUTDOWN, error.Errno);
        }
    }

    [Fact]
    public async Task FenceAsync_on_a_release_without_epochs_is_EOPNOTSUPP()
    {
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = Release.Old1 });
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token));

        Assert.Equal(Errno.EOPNOTSUPP, error.Errno);
    }

    [Fact]
    public async Task WriteAsync_after_somebody_took_a_snapshot_learns_the_new_sequence_number()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume slow = await fixture.OpenNewAsync();
        await slow.WriteAsync(0, new byte[4096]);
        fixture.Cluster.RaiseSeqNum("/pool/vm-1");
        await using (IVolume quick = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token))
            await quick.WriteAsync(0, new byte[4096]);

        await slow.WriteAsync(0, Fixture.RandomBytes(4096));

        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(slow, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_while_clocks_differ_waits_and_goes_on_when_they_agree()
    {
        await using Fixture fixture = await Fixture.StartAsync(s_shortLease);
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, new byte[4096]);
        await SkewAsync(fixture, volume, TimeSpan.FromMinutes(1));
        Task write = volume.WriteAsync(0, Fixture.RandomBytes(4096)).AsTask();

        await Task.Delay(100, Fixture.Token);
        Assert.False(write.IsCompleted);
        fixture.Cluster.LeadingMds!.ClockSkew = TimeSpan.Zero;
        await write;

        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_while_clocks_differ_for_long_is_EPERM_and_says_why()
    {
        await using Fixture fixture = await Fixture.StartAsync(s_shortLease, options => options with { AuthorityGrace = TimeSpan.FromMilliseconds(300) });
        await using IVolume volume = await fixture.OpenNewAsync();
        await SkewAsync(fixture, volume, TimeSpan.FromMinutes(-1));

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.EPERM, error.Errno);
        Assert.Contains("clock", error.Message, StringComparison.Ordinal);
        fixture.Cluster.LeadingMds!.ClockSkew = TimeSpan.Zero;
    }

    private static async Task SkewAsync(Fixture fixture, IVolume volume, TimeSpan skew)
    {
        fixture.Cluster.LeadingMds!.ClockSkew = skew;
        await WaitUntilAsync(() => Task.FromResult(!((CurveVolume)volume).IsGranted));
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
            await Task.Delay(10, Fixture.Token);
    }

    [Theory]
    [MemberData(nameof(VolumeIoTests.Releases), MemberType = typeof(VolumeIoTests))]
    public async Task FenceAsync_shuts_out_earlier_openers_on_every_release_that_can(string release)
    {
        Release tested = Release.All.Single(r => r.Name == release);
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = tested });
        await using IVolume earlier = await fixture.OpenNewAsync();
        await earlier.WriteAsync(0, new byte[4096]);

        bool isFenced = await ((IVolumeStore)fixture.Store).FenceAsync(Fixture.Volume, Fixture.Token);

        await using IVolume later = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        await later.WriteAsync(4096, Fixture.RandomBytes(4096));
        Exception? refusal = await Xunit.Record.ExceptionAsync(async () => await earlier.WriteAsync(0, new byte[4096]));
        Assert.Equal(tested.HasEpochs, isFenced);
        Assert.Equal(tested.HasEpochs ? Errno.ESHUTDOWN : null, (refusal as StorageException)?.Errno);
    }
}
