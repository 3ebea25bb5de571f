using System.Diagnostics;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class NebdTests
{
    private static readonly NebdPolicy s_quick = new()
    {
        OpenTimeout = TimeSpan.FromMilliseconds(500),
        Delay = TimeSpan.FromMilliseconds(5),
        HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        SilenceCheck = TimeSpan.FromMilliseconds(50),
        SilenceMax = TimeSpan.FromMilliseconds(600),
    };

    [Fact]
    public async Task OpenAsync_each_opening_has_a_name_of_its_own_and_closing_one_leaves_the_other()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync();
        IVolume first = await fixture.OpenNewAsync();
        await using IVolume second = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        Assert.Equal(2, fixture.Cluster.Nebd.FileNames.Distinct().Count());

        await first.DisposeAsync();

        Assert.Single(fixture.Cluster.Nebd.FileNames);
        await second.WriteAsync(0, Fixture.RandomBytes(4096));
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(second, 0, 4096));
    }

    [Fact]
    public async Task Written_bytes_are_those_that_the_direct_way_reads()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { StripeUnit = 64 * 1024, StripeCount = 4 });
        await using CurveVolumeStore direct = await Fixture.ConnectAsync(fixture.Cluster);
        await using IVolume volume = await fixture.OpenNewAsync();
        byte[] data = Fixture.RandomBytes(3 << 20);

        await volume.WriteAsync((16 << 20) - 4096, data);

        await using IVolume other = await direct.OpenAsync(Fixture.Volume, readOnly: true, Fixture.Token);
        Assert.Equal(data, await Fixture.ReadAsync(other, (16 << 20) - 4096, data.Length));
    }

    [Theory]
    [MemberData(nameof(VolumeIoTests.Releases), MemberType = typeof(VolumeIoTests))]
    public async Task Written_bytes_are_read_back_on_every_release(string release)
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(new ClusterOptions { Release = Release.All.Single(r => r.Name == release) });
        await using IVolume volume = await fixture.OpenNewAsync();
        byte[] data = Fixture.RandomBytes(256 * 1024);

        await volume.WriteAsync((16 << 20) - (128 << 10), data);
        await volume.ZeroAsync((16 << 20) - (64 << 10), 64 << 10, ZeroMode.Unmap);

        Array.Clear(data, 64 << 10, 64 << 10);
        Assert.Equal(data, await Fixture.ReadAsync(volume, (16 << 20) - (128 << 10), data.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Operations_while_the_server_restarts_lose_nothing(bool forgetsWhatWasOpen)
    {
        await using Fixture fixture = await Fixture.StartNebdAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: 0, length: 8 << 20, seed: 11);
        Task running = model.RunAsync(operations: 400);

        for (int i = 0; i < 3; i++)
        {
            await Task.Delay(20, Fixture.Token);
            await fixture.Cluster.Nebd.StopAsync();
            if (forgetsWhatWasOpen)
                fixture.Cluster.Nebd.DeleteMetaFile();
            await Task.Delay(50, Fixture.Token);
            fixture.Cluster.Nebd.Start();
        }

        await running;
        await model.CheckAsync();
    }

    [Fact]
    public async Task A_number_that_a_forgetful_server_gave_to_another_file_is_not_used()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync();
        await using IVolume first = await fixture.OpenNewAsync();
        await first.WriteAsync(0, Fixture.RandomBytes(4096));
        await fixture.Cluster.Nebd.StopAsync();
        fixture.Cluster.Nebd.DeleteMetaFile();
        fixture.Cluster.Nebd.Start();
        await using CurveVolumeStore store = await Fixture.ConnectNebdAsync(fixture.Cluster);
        await store.CreateAsync(Fixture.Volume with { Name = "vm-2" }, 10 * Fixture.GiB, Fixture.Token);
        await using IVolume second = await store.OpenAsync(Fixture.Volume with { Name = "vm-2" }, readOnly: false, Fixture.Token);

        await first.WriteAsync(4096, Fixture.RandomBytes(4096, seed: 2));

        Assert.Equal(new byte[8192], await Fixture.ReadAsync(second, 0, 8192));
        Assert.Equal(Fixture.RandomBytes(4096, seed: 2), await Fixture.ReadAsync(first, 4096, 4096));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_is_executed_after_its_connection_broke_never_overwrites_a_newer_one(bool wasBegun)
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await using IVolume volume = await fixture.OpenNewAsync();
        NebdServer nebd = fixture.Cluster.Nebd;
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (wasBegun)
            nebd.HoldNextWrite(late.Task);
        else
            fixture.Cluster.Faults.Inject(new Fault("Write") { UnreadUntil = late.Task });
        nebd.IsLogging = true;
        Task both = WriteAsync(volume, old: Fixture.RandomBytes(4096, seed: 1), newer: Fixture.RandomBytes(4096, seed: 2));
        await UntilAsync(() => Count(nebd, "Write") == 1);

        nebd.ResetConnections();
        await UntilAsync(() => both.IsCompleted || (wasBegun && Count(nebd, "CloseFile") > 0));
        late.SetResult();
        await both;
        await nebd.IdleAsync();

        Assert.Equal(Fixture.RandomBytes(4096, seed: 2), await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Fact]
    public async Task A_write_that_was_given_up_is_over_before_the_next_is_sent()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(
            configure: options => options with { Nebd = s_quick with { SilenceMax = TimeSpan.FromMinutes(1) }, OperationTimeout = TimeSpan.FromSeconds(1) });
        await using IVolume volume = await fixture.OpenNewAsync();
        await WriteAtLastAsync(volume, new byte[4096]);
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Cluster.Nebd.HoldNextWrite(late.Task);

        StorageException first = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, Fixture.RandomBytes(4096, seed: 1)));
        StorageException second = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, Fixture.RandomBytes(4096, seed: 2)));
        late.SetResult();
        await WriteAtLastAsync(volume, Fixture.RandomBytes(4096, seed: 3));
        await fixture.Cluster.Nebd.IdleAsync();

        Assert.Equal((Errno.ETIMEDOUT, Errno.ETIMEDOUT), (first.Errno, second.Errno));
        Assert.Equal(Fixture.RandomBytes(4096, seed: 3), await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Fact]
    public async Task Heartbeats_keep_an_idle_volume_open_and_its_absence_is_made_good()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(
            new ClusterOptions { NebdHeartbeatTimeout = TimeSpan.FromMilliseconds(500), Lease = TimeSpan.FromMilliseconds(200) },
            options => options with { Nebd = s_quick });
        await using CurveVolumeStore mute = await Fixture.ConnectNebdAsync(fixture.Cluster, options => options with { Nebd = s_quick with { HeartbeatInterval = TimeSpan.FromHours(1) } });
        await using IVolume kept = await fixture.OpenNewAsync();
        await using IVolume lost = await mute.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        Assert.Equal(2, fixture.Cluster.Nebd.OpenCount);

        while (fixture.Cluster.Nebd.OpenCount == 2)
            await Task.Delay(20, Fixture.Token);
        await Task.Delay(300, Fixture.Token);

        Assert.Equal(1, fixture.Cluster.Nebd.OpenCount);
        await lost.WriteAsync(0, Fixture.RandomBytes(4096));
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(kept, 0, 4096));
    }

    [Fact]
    public async Task OpenAsync_without_a_server_is_ECONNREFUSED_and_names_the_socket()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        await fixture.Cluster.Nebd.StopAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token));

        Assert.Equal(Errno.ECONNREFUSED, error.Errno);
        Assert.Contains(fixture.Cluster.Nebd.Socket, error.Message, StringComparison.Ordinal);
        Assert.Empty(await fixture.Store.GetOpenersAsync(Fixture.Volume, Fixture.Token));
    }

    [Fact]
    public async Task OpenAsync_refused_for_a_moment_is_tried_again()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        fixture.Cluster.Faults.Inject(new Fault("OpenFile") { Server = fixture.Cluster.Nebd.Socket, Status = StatusCode.StorageError, Times = 2 });

        await using IVolume volume = await fixture.OpenNewAsync();

        await volume.WriteAsync(0, Fixture.RandomBytes(4096));
        Assert.Equal(2, fixture.Cluster.Faults.Hits);
    }

    [Fact]
    public async Task OpenAsync_refused_for_long_is_EIO_and_says_where_to_look()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        fixture.Cluster.Faults.Inject(new Fault("OpenFile") { Server = fixture.Cluster.Nebd.Socket, Status = StatusCode.StorageError, Times = int.MaxValue });

        StorageException error = await Assert.ThrowsAsync<StorageException>(fixture.OpenNewAsync);

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains("client.conf", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAsync_after_somebody_took_over_is_ESHUTDOWN_whether_the_server_tells_or_not(bool tellsErrors)
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(
            new ClusterOptions { NebdTellsErrors = tellsErrors, Lease = TimeSpan.FromHours(1) }, options => options with { Nebd = s_quick });
        await using IVolume fenced = await fixture.OpenNewAsync();
        await fenced.WriteAsync(0, Fixture.RandomBytes(4096));

        await fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(0, new byte[4096]));
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(fenced, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_after_a_take_over_and_a_restart_of_the_server_is_ESHUTDOWN()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(new ClusterOptions { Lease = TimeSpan.FromHours(1) }, options => options with { Nebd = s_quick });
        await using IVolume fenced = await fixture.OpenNewAsync();
        await fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token);
        await fixture.Cluster.Nebd.StopAsync();
        fixture.Cluster.Nebd.Start();

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
        Assert.Equal(new byte[4096], await Fixture.ReadAsync(fenced, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_after_this_process_stood_still_asks_whether_the_volume_is_still_its_own()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(
            new ClusterOptions { Lease = TimeSpan.FromHours(1), NebdHeartbeatTimeout = TimeSpan.Zero },
            options => options with { Nebd = s_quick with { StandstillMax = TimeSpan.Zero, HeartbeatInterval = TimeSpan.FromHours(1) } });
        await using IVolume fenced = await fixture.OpenNewAsync();

        await fixture.Store.FenceAsync(Fixture.Volume, Fixture.Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await fenced.WriteAsync(0, new byte[4096]));
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
    }

    [Fact]
    public async Task WriteAsync_dropped_without_a_word_is_EIO_in_the_end_and_stops_all_writing()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, Fixture.RandomBytes(4096));
        fixture.Cluster.Faults.Inject(new Fault("Write") { IsDropped = true });

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));
        StorageException next = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(8192, new byte[4096]));

        Assert.Equal((Errno.EIO, Errno.EIO), (error.Errno, next.Errno));
        Assert.Contains("returnRpcWhenIoError", error.Message, StringComparison.Ordinal);
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, 0, 4096));
        await using IVolume again = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        await again.WriteAsync(8192, Fixture.RandomBytes(4096));
    }

    [Fact]
    public async Task ReadAsync_dropped_without_a_word_is_EIO_in_the_end_and_the_next_is_served()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, Fixture.RandomBytes(4096));
        fixture.Cluster.Faults.Inject(new Fault("Read") { IsDropped = true });

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.ReadAsync(0, new byte[4096]));

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_while_the_cluster_is_away_for_longer_than_a_dropped_one_would_wait_goes_on_when_it_is_back()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, new byte[4096]);
        foreach (ChunkServer server in fixture.Cluster.ChunkServers)
            await server.StopAsync();
        Task write = volume.WriteAsync(0, Fixture.RandomBytes(4096)).AsTask();

        await Task.Delay(3 * s_quick.SilenceMax, Fixture.Token);
        Assert.False(write.IsCompleted);
        foreach (ChunkServer server in fixture.Cluster.ChunkServers)
            server.Start();

        await write;
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Fact]
    public async Task WriteAsync_to_a_full_cluster_is_ENOSPC_although_the_server_waits_for_ever()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(
            new ClusterOptions { ChunkServerBytes = 10 * Fixture.GiB },
            options => options with { Nebd = s_quick, MdsRetry = options.MdsRetry with { TotalTimeout = TimeSpan.FromMilliseconds(300) } });
        await using IVolume volume = await fixture.OpenNewAsync();
        await fixture.Store.CreateAsync(Fixture.Volume with { Name = "vm-2" }, 10 * Fixture.GiB, Fixture.Token);
        await using IVolume second = await fixture.Store.OpenAsync(Fixture.Volume with { Name = "vm-2" }, readOnly: false, Fixture.Token);
        for (ulong segment = 0; segment < 10; segment++)
            await volume.WriteAsync(segment * Fixture.GiB, new byte[4096]);

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await second.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.ENOSPC, error.Errno);
    }

    [Fact]
    public async Task WriteAsync_refused_by_a_server_that_tells_is_EIO()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { Nebd = s_quick });
        await using IVolume volume = await fixture.OpenNewAsync();
        fixture.Cluster.Faults.Inject(new Fault("Write") { Status = StatusCode.InternalError, Times = s_quick.RefusalsMax });

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.EIO, error.Errno);
        await volume.WriteAsync(0, new byte[4096]);
    }

    [Fact]
    public async Task WriteAsync_to_a_silent_server_ends_at_the_operation_timeout()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(configure: options => options with { OperationTimeout = TimeSpan.FromSeconds(1) });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, new byte[4096]);
        await fixture.Cluster.Nebd.StopAsync();
        long start = Stopwatch.GetTimestamp();

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 5);
    }

    [Fact]
    public async Task Requests_when_the_store_is_closed_under_a_silent_server_end_at_once()
    {
        Cluster cluster = Cluster.Start(new ClusterOptions());
        CurveVolumeStore store = await Fixture.ConnectNebdAsync(cluster);
        await store.CreatePoolAsync("pool", Fixture.Token);
        await store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        IVolume volume = await store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        cluster.Faults.Inject(new Fault("Write") { IsDropped = true });
        Task write = volume.WriteAsync(0, new byte[4096]).AsTask();

        await store.DisposeAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => write.WaitAsync(TimeSpan.FromSeconds(5), Fixture.Token));
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task ResizeAsync_grows_although_the_server_remembers_the_old_size()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync();
        await using IVolume volume = await fixture.OpenNewAsync();

        await volume.ResizeAsync(12 * Fixture.GiB, Fixture.Token);

        Assert.Equal(12 * Fixture.GiB, volume.Size);
        await volume.WriteAsync((12 * Fixture.GiB) - 4096, Fixture.RandomBytes(4096));
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, (12 * Fixture.GiB) - 4096, 4096));
    }

    [Fact]
    public async Task Operations_while_everything_fails_at_random_lose_nothing()
    {
        await using Fixture fixture = await Fixture.StartNebdAsync(new ClusterOptions { ChunkServerCount = 4 });
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: 0, length: 16 << 20, seed: 5);
        Task running = model.RunAsync(operations: 300);
        var trouble = new Trouble(
            fixture.Cluster, new Random(1),
            Trouble.Overload, Trouble.MoveLeaders, Trouble.ResetNebd, Trouble.RestartNebd, Trouble.RestartChunkServer, Trouble.FailOverMds);

        await trouble.WhileAsync(running, TimeSpan.FromMilliseconds(50));
        await model.CheckAsync();
    }

    private static async Task WriteAsync(IVolume volume, byte[] old, byte[] newer)
    {
        await volume.WriteAsync(0, old);
        await volume.WriteAsync(0, newer);
    }

    /// <summary>On a busy machine the time of one operation may be over before it was begun.</summary>
    private static async Task WriteAtLastAsync(IVolume volume, byte[] data)
    {
        while (true)
        {
            try
            {
                await volume.WriteAsync(0, data);
                return;
            }
            catch (StorageException late) when (late.Errno == Errno.ETIMEDOUT)
            {
            }
        }
    }

    private static int Count(NebdServer nebd, string method) => nebd.Log.Count(request => request.Method == method);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, Fixture.Token);
    }
}
