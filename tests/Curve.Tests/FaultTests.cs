using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class FaultTests
{
    public static TheoryData<string> Faults { get; } = [.. s_faults.Keys];

    private static Dictionary<string, Func<Fault>> s_faults => new(StringComparer.Ordinal)
    {
        ["dropped write"] = () => new Fault("WriteChunk") { IsDropped = true, Times = 2 },
        ["dropped reply of a write"] = () => new Fault("WriteChunk") { IsReplyDropped = true, Times = 2 },
        ["dropped read"] = () => new Fault("ReadChunk") { IsDropped = true, Times = 2 },
        ["late write"] = () => new Fault("WriteChunk") { Delay = TimeSpan.FromMilliseconds(1500), Times = 2 },
        ["reset"] = () => new Fault(null) { IsReset = true, Times = 5 },
        ["redirect"] = () => new Fault("WriteChunk") { ChunkStatus = ChunkOpStatus.Redirected, Times = 5 },
        ["copyset not there"] = () => new Fault("ReadChunk") { ChunkStatus = ChunkOpStatus.CopysetNotexist, Times = 3 },
        ["overload"] = () => new Fault("WriteChunk") { ChunkStatus = ChunkOpStatus.Overload, Times = 3 },
        ["passing fault of a server"] = () => new Fault("WriteChunk") { ChunkStatus = ChunkOpStatus.FailureUnknown, Times = 3 },
        ["server stops"] = () => new Fault("WriteChunk") { Error = RpcErrorCode.ELOGOFF, Times = 3 },
        ["no answer who leads"] = () => new Fault("GetLeader") { Error = RpcErrorCode.EAGAIN, Times = 4 },
        ["no answer of the MDS"] = () => new Fault("GetOrAllocateSegment") { IsDropped = true, Times = 1 },
        ["MDS in trouble"] = () => new Fault("GetOrAllocateSegment") { Status = StatusCode.StorageError, Times = 3 },
        ["copysets unknown for a moment"] = () => new Fault("GetChunkServerListInCopySets") { IsDropped = true, Times = 1 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Operations_under_a_passing_fault_lose_nothing(string fault)
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: 0, length: 8 << 20, seed: 3);
        fixture.Cluster.Faults.Inject(s_faults[fault]());

        await model.RunAsync(operations: 60);

        Assert.True(fixture.Cluster.Faults.Hits > 0);
        fixture.Cluster.Faults.Clear();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Operations_while_everything_fails_at_random_lose_nothing()
    {
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { ChunkServerCount = 4 });
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: 0, length: 16 << 20, seed: 5);
        Task running = model.RunAsync(operations: 300);
        var trouble = new Trouble(
            fixture.Cluster, new Random(1),
            Trouble.DropReply, Trouble.Overload, Trouble.MoveLeaders, Trouble.ResetChunkServer, Trouble.RestartChunkServer, Trouble.FailOverMds);

        await trouble.WhileAsync(running, TimeSpan.FromMilliseconds(50));
        await model.CheckAsync();
    }

    [Fact]
    public async Task Operations_while_chunkservers_and_leaders_change_lose_nothing()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: 0, length: 8 << 20, seed: 9);

        foreach (ChunkServer server in fixture.Cluster.ChunkServers)
        {
            Task running = model.RunAsync(operations: 40);
            await server.StopAsync();
            await running;
            server.Start();
            fixture.Cluster.MoveLeaders();
        }

        await model.CheckAsync();
    }

    [Fact]
    public async Task Operations_while_the_leading_MDS_dies_go_on()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        MdsServer first = fixture.Cluster.LeadingMds!;
        Task failingOver = fixture.Cluster.FailOverMdsAsync();

        await volume.WriteAsync(5 * Fixture.GiB, Fixture.RandomBytes(4096));
        await failingOver;
        await fixture.Store.CreateAsync(Fixture.Volume with { Name = "vm-2" }, 10 * Fixture.GiB, Fixture.Token);

        Assert.NotSame(first, fixture.Cluster.LeadingMds);
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, 5 * Fixture.GiB, 4096));
    }

    [Fact]
    public async Task WriteAsync_to_a_full_cluster_is_ENOSPC()
    {
        await using Fixture fixture = await Fixture.StartAsync(
            new ClusterOptions { ChunkServerBytes = 10 * Fixture.GiB },
            options => options with { MdsRetry = options.MdsRetry with { TotalTimeout = TimeSpan.FromSeconds(1) } });
        await using IVolume volume = await fixture.OpenNewAsync();
        await fixture.Store.CreateAsync(Fixture.Volume with { Name = "vm-2" }, 10 * Fixture.GiB, Fixture.Token);
        await using IVolume second = await fixture.Store.OpenAsync(Fixture.Volume with { Name = "vm-2" }, readOnly: false, Fixture.Token);
        for (ulong segment = 0; segment < 10; segment++)
            await volume.WriteAsync(segment * Fixture.GiB, new byte[4096]);

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await second.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.ENOSPC, error.Errno);
        Assert.Contains("full", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChunkOpStatus.Nospace, Errno.ENOSPC)]
    [InlineData(ChunkOpStatus.CrcFail, Errno.EIO)]
    [InlineData(ChunkOpStatus.InvalidRequest, Errno.EIO)]
    [InlineData(ChunkOpStatus.EpochTooOld, Errno.ESHUTDOWN)]
    public async Task WriteAsync_lasting_refusal_fails_with_its_errno(ChunkOpStatus status, Errno errno)
    {
        await using Fixture fixture = await Fixture.StartAsync(configure: options => options with
        {
            ChunkRetry = options.ChunkRetry with { FaultTriesMax = 3, Delay = TimeSpan.FromMilliseconds(1) },
        });
        await using IVolume volume = await fixture.OpenNewAsync();
        fixture.Cluster.Faults.Inject(new Fault("WriteChunk") { ChunkStatus = status, Times = 1000 });

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));

        Assert.Equal(errno, error.Errno);
        Assert.Contains("/pool/vm-1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true, 0UL)]
    [InlineData(false, false, 0UL)]
    [InlineData(false, true, 5 * Fixture.GiB)]
    [InlineData(true, true, 0UL)]
    [InlineData(true, false, 0UL)]
    public async Task GiveUp_on_a_dead_cluster_ends_what_waits(bool isThroughNebd, bool isWrite, ulong offset)
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using CurveVolumeStore store = await Fixture.ConnectAsync(fixture.Cluster, options => options with { NebdSocket = isThroughNebd ? fixture.Cluster.Nebd.Socket : "" });
        await fixture.Store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        await using IVolume volume = await store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        await volume.WriteAsync(0, new byte[4096]);
        await fixture.Cluster.Nebd.StopAsync();
        foreach (MdsServer mds in fixture.Cluster.Mds)
            await fixture.Cluster.StopMdsAsync(mds);
        foreach (ChunkServer server in fixture.Cluster.ChunkServers)
            await server.StopAsync();
        Task waiting = isWrite ? volume.WriteAsync(offset, new byte[4096]).AsTask() : volume.ReadAsync(offset, new byte[4096]).AsTask();
        Assert.False(waiting.IsCompleted);

        volume.GiveUp();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30), Fixture.Token));
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
    }

    [Fact]
    public async Task WriteAsync_to_a_dead_cluster_ends_at_the_operation_timeout()
    {
        await using Fixture fixture = await Fixture.StartAsync(configure: options => options with { OperationTimeout = TimeSpan.FromSeconds(1) });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, new byte[4096]);
        foreach (ChunkServer server in fixture.Cluster.ChunkServers)
            await server.StopAsync();
        long start = Stopwatch.GetTimestamp();

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 4);
    }

    [Fact]
    public async Task DisposeAsync_while_a_dead_cluster_is_waited_for_ends_at_once()
    {
        Cluster cluster = Cluster.Start(new ClusterOptions());
        CurveVolumeStore store = await Fixture.ConnectAsync(cluster);
        await store.CreatePoolAsync("pool", Fixture.Token);
        await store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        IVolume volume = await store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        await cluster.DisposeAsync();
        Task write = volume.WriteAsync(0, new byte[4096]).AsTask();

        await store.DisposeAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => write.WaitAsync(TimeSpan.FromSeconds(5), Fixture.Token));
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
    }

    [Fact]
    public async Task ConnectAsync_nobody_there_is_ETIMEDOUT_and_says_who_was_asked()
    {
        await using Cluster cluster = Cluster.Start(new ClusterOptions());
        using Socket first = TakePort(), second = TakePort();
        string[] addresses = [first.LocalEndPoint!.ToString()!, second.LocalEndPoint!.ToString()!];

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Fixture.ConnectAsync(
            cluster, options => options with { MdsAddresses = addresses, ConnectTimeout = TimeSpan.FromMilliseconds(500) }));

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.Contains(addresses[1], error.Message, StringComparison.Ordinal);
    }

    // Nobody listens there, and nobody else can come to.
    private static Socket TakePort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
