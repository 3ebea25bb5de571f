using System.Buffers.Binary;
using System.Net.Sockets;
using CurveRbd.Cli.Devices;
using CurveRbd.Cli.Nbd;
using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Tests;

/// <summary>The kernel's side of a device, spoken by the test.</summary>
public sealed class NbdConnectionTests : CommandTest
{
    private const ushort Fua = 1;

    [Fact]
    public async Task Requests_are_answered_with_their_handles()
    {
        await using Session session = await Session.StartAsync(this, size: 1);

        await session.SendAsync(NbdCommand.Write, handle: 11, offset: 100, [1, 2, 3], flags: Fua);
        Assert.Equal((0u, 11ul), await session.ReceiveAsync());
        await session.SendAsync(NbdCommand.Read, handle: 12, offset: 99, length: 5);
        Assert.Equal((0u, 12ul), await session.ReceiveAsync());
        Assert.Equal([0, 1, 2, 3, 0], await session.ReceiveBytesAsync(5));
        await session.SendAsync(NbdCommand.WriteZeroes, handle: 13, offset: 101, length: 1);
        Assert.Equal((0u, 13ul), await session.ReceiveAsync());
        await session.SendAsync(NbdCommand.Flush, handle: 14, offset: 0, length: 0);
        Assert.Equal((0u, 14ul), await session.ReceiveAsync());
        await session.SendAsync(NbdCommand.Disconnect, handle: 15, offset: 0, length: 0);
        await session.Ended;

        byte[] content = await ExportAsync("disk");
        Assert.Equal([0, 1, 0, 3, 0], content[99..104]);
    }

    [Fact]
    public async Task Unknown_command_costs_only_itself()
    {
        await using Session session = await Session.StartAsync(this, size: 1);

        await session.SendAsync((NbdCommand)77, handle: 1, offset: 0, length: 8);
        await session.SendAsync(NbdCommand.Read, handle: 2, offset: 0, length: 1);

        Assert.Contains((22u, 1ul), new[] { await session.ReceiveAsync() });
        Assert.Equal((0u, 2ul), await session.ReceiveAsync());
    }

    [Fact]
    public async Task Read_longer_than_the_limit_is_refused()
    {
        await using Session session = await Session.StartAsync(this, size: 64);

        await session.SendAsync(NbdCommand.Read, handle: 1, offset: 0, length: NbdRequest.PayloadMax + 1);

        Assert.Equal((22u, 1ul), await session.ReceiveAsync());
    }

    [Fact]
    public async Task Write_longer_than_the_limit_ends_the_connection()
    {
        await using Session session = await Session.StartAsync(this, size: 64);

        await session.SendAsync(NbdCommand.Write, handle: 1, offset: 0, length: NbdRequest.PayloadMax + 1);

        await session.Ended;
    }

    [Theory]
    [InlineData("00000000000000000000000000000000000000000000000000000000")] // no magic
    [InlineData("256095")] // gone within a request
    public async Task Malformed_request_ends_the_connection(string bytes)
    {
        await using Session session = await Session.StartAsync(this, size: 1);

        await session.SendBytesAsync(Convert.FromHexString(bytes));
        session.EndSending();

        await session.Ended;
    }

    [Fact]
    public async Task Client_that_goes_within_a_write_changes_nothing()
    {
        await using Session session = await Session.StartAsync(this, size: 1);

        await session.SendAsync(NbdCommand.Write, handle: 1, offset: 0, length: 4096);
        await session.SendBytesAsync([1, 2, 3]);
        session.EndSending();
        await session.Ended;

        Assert.All(await ExportAsync("disk"), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Device_reads_zeros_and_drops_writes_behind_a_shrunk_end()
    {
        await using Session session = await Session.StartAsync(this, size: 2);
        await DoAsync("rbd resize --no-progress disk --size 1 --allow-shrink");
        await session.Image.RefreshAsync(CancellationToken.None);

        await session.SendAsync(NbdCommand.Write, handle: 1, offset: 1 << 20, [1, 2, 3, 4]);
        Assert.Equal((0u, 1ul), await session.ReceiveAsync());
        await session.SendAsync(NbdCommand.Read, handle: 2, offset: (1 << 20) - 1, length: 4);
        Assert.Equal((0u, 2ul), await session.ReceiveAsync());

        Assert.Equal([0, 0, 0, 0], await session.ReceiveBytesAsync(4));
    }

    [Fact]
    public async Task Read_only_export_refuses_every_change()
    {
        await using Session session = await Session.StartAsync(this, size: 1, NbdExportFlags.ReadOnly);

        foreach (NbdCommand command in new[] { NbdCommand.Write, NbdCommand.Trim, NbdCommand.WriteZeroes })
        {
            await session.SendAsync(command, handle: 5, offset: 0, new byte[8]);
            Assert.Equal((1u, 5ul), await session.ReceiveAsync());
        }
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly Cluster _cluster;
        private readonly Socket _client;
        private readonly Socket _server;
        private readonly NbdConnection _connection;

        private Session(Cluster cluster, Image image, NbdExportFlags flags)
        {
            _cluster = cluster;
            Image = image;
            (_server, int client) = KernelSocket.CreatePair();
            _client = new Socket(new SafeSocketHandle(client, ownsHandle: true));
            var export = new NbdExport(image, "disk", flags) { ToleratesRequestsBeyondTheEnd = true };
            _connection = new NbdConnection(_server, new NbdInput(_server), export);
            Ended = _connection.RunAsync();
        }

        public Image Image { get; }

        public Task Ended { get; }

        public static async Task<Session> StartAsync(NbdConnectionTests test, int size, NbdExportFlags flags = NbdExportFlags.SendTrim)
        {
            await test.DoAsync($"rbd create disk --size {size}");
            var conf = new CephConf("ceph", EntityName.Admin);
            conf.ReadFile(test.ConfPath);
            var cluster = new Cluster(conf, test.Stores);
            await cluster.ConnectAsync(CancellationToken.None);
            IoContext io = await cluster.OpenIoContextAsync("rbd", CancellationToken.None);
            Image image = await Image.OpenAsync(io, "disk", null, flags.HasFlag(NbdExportFlags.ReadOnly), CancellationToken.None);
            return new Session(cluster, image, flags);
        }

        public async Task SendAsync(NbdCommand command, ulong handle, ulong offset, byte[] data, ushort flags = 0)
        {
            await SendAsync(command, handle, offset, (uint)data.Length, flags);
            if (command == NbdCommand.Write)
                await SendBytesAsync(data);
        }

        public Task SendAsync(NbdCommand command, ulong handle, ulong offset, uint length, ushort flags = 0) => SendBytesAsync(
            new BigEndianWriter().U32(0x25609513).U16(flags).U16((ushort)command).U64(handle).U64(offset).U32(length).Written.ToArray());

        public async Task SendBytesAsync(byte[] bytes) => await _client.SendAsync(bytes);

        public void EndSending() => _client.Shutdown(SocketShutdown.Send);

        public async Task<(uint Error, ulong Handle)> ReceiveAsync()
        {
            byte[] reply = await ReceiveBytesAsync(16);
            Assert.Equal(0x67446698u, BinaryPrimitives.ReadUInt32BigEndian(reply));
            return (BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4)), BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)));
        }

        public async Task<byte[]> ReceiveBytesAsync(int count)
        {
            var bytes = new byte[count];
            for (int done = 0; done < count;)
            {
                int received = await _client.ReceiveAsync(bytes.AsMemory(done));
                Assert.NotEqual(0, received);
                done += received;
            }

            return bytes;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await Ended;
            _connection.Dispose();
            _server.Dispose();
            await Image.CloseAsync();
            await _cluster.DisposeAsync();
        }
    }
}
