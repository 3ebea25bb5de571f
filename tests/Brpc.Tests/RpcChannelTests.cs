using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace CurveRbd.Brpc.Tests;

public class RpcChannelTests
{
    private static readonly RpcMethod s_echo = new("test.EchoService", "Echo");
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(3_000_000)]
    public async Task CallAsync_echo_returns_message_and_attachment(int attachmentSize)
    {
        await using RpcServer server = StartEcho(Loopback());
        await using RpcChannel channel = Connect(server.Endpoint);
        byte[] attachment = RandomBytes(attachmentSize);
        var received = new byte[attachmentSize];

        using RpcCall call = RpcChannel.Rent(s_echo, s_long);
        "hello"u8.CopyTo(call.WriteMessage(5));
        call.Attach(attachment.AsMemory(0, attachmentSize / 3));
        call.Attach(attachment.AsMemory(attachmentSize / 3));
        call.Lend(received.AsMemory(0, attachmentSize / 2));
        call.Lend(received.AsMemory(attachmentSize / 2));
        await channel.CallAsync(call);

        Assert.Equal("hello"u8, call.Reply.Span);
        Assert.Equal(attachmentSize, call.ReplyAttachmentSize);
        Assert.Equal(attachment, received);
    }

    [Fact]
    public async Task CallAsync_over_a_Unix_socket_is_answered()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("brpc").FullName, "s");
        await using RpcServer server = StartEcho(new UnixDomainSocketEndPoint(path));
        await using RpcChannel channel = Connect(server.Endpoint);

        byte[] reply = await EchoAsync(channel, [1, 2, 3]);

        Assert.Equal([1, 2, 3], reply);
    }

    [Fact]
    public async Task CallAsync_many_at_once_each_gets_its_own_reply()
    {
        await using RpcServer server = StartEcho(Loopback());
        await using RpcChannel channel = Connect(server.Endpoint);

        byte[][] replies = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => EchoAsync(channel, BitConverter.GetBytes(i))));

        Assert.Equal(Enumerable.Range(0, 500), replies.Select(reply => BitConverter.ToInt32(reply)));
    }

    [Fact]
    public async Task CallAsync_replies_out_of_order_reach_their_calls()
    {
        using var peer = new RawPeer();
        await using RpcChannel channel = Connect(peer.Endpoint);
        Task<byte[]> first = EchoAsync(channel, [1]);
        using Socket socket = await peer.AcceptAsync();
        long firstId = await RawPeer.ReadRequestAsync(socket);
        Task<byte[]> second = EchoAsync(channel, [2]);
        long secondId = await RawPeer.ReadRequestAsync(socket);

        await socket.SendAsync(RawPeer.Reply(secondId, [22]), Token);
        await socket.SendAsync(RawPeer.Reply(firstId, [11]), Token);

        Assert.Equal([11], await first);
        Assert.Equal([22], await second);
    }

    [Fact]
    public async Task CallAsync_server_error_throws_its_code_and_text()
    {
        await using RpcServer server = RpcServer.Start(Loopback(), _ => new(RpcReply.Fail(RpcErrorCode.ENOMETHOD, "no such method")));
        await using RpcChannel channel = Connect(server.Endpoint);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => EchoAsync(channel, []));

        Assert.Equal(RpcErrorCode.ENOMETHOD, error.Code);
        Assert.Contains("no such method", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_nobody_listens_throws_ECONNREFUSED()
    {
        RpcEndpoint endpoint;
        await using (RpcServer server = StartEcho(Loopback()))
            endpoint = server.Endpoint;
        await using RpcChannel channel = Connect(endpoint);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => EchoAsync(channel, []));

        Assert.Equal(RpcErrorCode.ECONNREFUSED, error.Code);
    }

    [Fact]
    public async Task CallAsync_after_the_server_came_back_connects_anew()
    {
        RpcServer first = StartEcho(Loopback());
        RpcEndpoint endpoint = first.Endpoint;
        await using RpcChannel channel = Connect(endpoint);
        await EchoAsync(channel, [1]);
        await first.DisposeAsync();
        await Assert.ThrowsAsync<RpcException>(() => EchoAsync(channel, [2]));
        await using RpcServer second = StartEcho(endpoint.Address);

        byte[] reply = await RetryAsync(() => EchoAsync(channel, [3]));

        Assert.Equal([3], reply);
    }

    [Fact]
    public async Task CallAsync_connection_reset_fails_the_calls_that_wait()
    {
        await using RpcServer server = RpcServer.Start(Loopback(), request =>
        {
            request.Abort();
            return new((RpcReply?)null);
        });
        await using RpcChannel channel = Connect(server.Endpoint);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => EchoAsync(channel, []));

        Assert.Equal(RpcErrorCode.ECONNRESET, error.Code);
    }

    [Fact]
    public async Task CallAsync_unanswered_throws_ERPCTIMEDOUT_at_its_deadline()
    {
        var time = new FakeTimeProvider();
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default, time);
        Task<byte[]> call = EchoAsync(channel, [], TimeSpan.FromMilliseconds(500));
        using Socket socket = await peer.AcceptAsync();
        await RawPeer.ReadRequestAsync(socket);
        await RunsDryAsync();

        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcErrorCode.ERPCTIMEDOUT, error.Code);
    }

    [Fact]
    public async Task CallAsync_reply_after_the_deadline_touches_nothing_and_breaks_nothing()
    {
        var time = new FakeTimeProvider();
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default, time);
        var lent = new byte[4];
        Task late = ReadAsync(channel, lent, TimeSpan.FromMilliseconds(100));
        using Socket socket = await peer.AcceptAsync();
        long lateId = await RawPeer.ReadRequestAsync(socket);
        await RunsDryAsync();
        time.Advance(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<RpcException>(() => late);

        await socket.SendAsync(RawPeer.Reply(lateId, [9, 9, 9, 9], attachmentSize: 4), Token);
        Task<byte[]> next = EchoAsync(channel, []);
        await socket.SendAsync(RawPeer.Reply(await RawPeer.ReadRequestAsync(socket), [7]), Token);

        Assert.Equal([7], await next);
        Assert.Equal(new byte[4], lent);
    }

    [Fact]
    public async Task CallAsync_peer_that_stops_in_the_middle_of_an_attachment_loses_the_connection_at_the_deadline()
    {
        var time = new FakeTimeProvider();
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default, time);
        var lent = new byte[4096];
        Task call = ReadAsync(channel, lent, TimeSpan.FromMilliseconds(100));
        using Socket socket = await peer.AcceptAsync();
        byte[] reply = RawPeer.Reply(await RawPeer.ReadRequestAsync(socket), new byte[4096], attachmentSize: 4096);
        await socket.SendAsync(reply.AsMemory(0, 2000), Token);
        await RunsDryAsync();

        time.Advance(TimeSpan.FromMilliseconds(100));

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcErrorCode.ERPCTIMEDOUT, error.Code);
        await AssertClosedAsync(socket);
    }

    [Fact]
    public async Task CallAsync_peer_that_does_not_read_gives_the_memory_back_at_the_deadline()
    {
        var time = new FakeTimeProvider();
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default, time);
        using RpcCall call = RpcChannel.Rent(s_echo, TimeSpan.FromMilliseconds(100));
        call.Attach(new byte[FrameHeader.BodySizeMax / 2]); // more than any socket buffer
        Task calling = channel.CallAsync(call).AsTask();
        using Socket socket = await peer.AcceptAsync();
        await RunsDryAsync();

        time.Advance(TimeSpan.FromMilliseconds(100));

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => calling);
        Assert.Equal(RpcErrorCode.ERPCTIMEDOUT, error.Code);
    }

    [Theory]
    [InlineData(5, 1)]   // an attachment longer than the payload
    [InlineData(-1, 1)]
    [InlineData(8, 8)]   // longer than the memory lent for it
    public async Task CallAsync_reply_whose_attachment_does_not_fit_throws_ERESPONSE_and_keeps_the_connection(int claimed, int payload)
    {
        using var peer = new RawPeer();
        await using RpcChannel channel = Connect(peer.Endpoint);
        Task call = ReadAsync(channel, new byte[4], s_long);
        using Socket socket = await peer.AcceptAsync();

        await socket.SendAsync(RawPeer.Reply(await RawPeer.ReadRequestAsync(socket), new byte[payload], claimed), Token);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcErrorCode.ERESPONSE, error.Code);
        Task<byte[]> next = EchoAsync(channel, []);
        await socket.SendAsync(RawPeer.Reply(await RawPeer.ReadRequestAsync(socket), [7]), Token);
        Assert.Equal([7], await next);
    }

    [Theory]
    [InlineData("48545450")]                         // "HTTP"
    [InlineData("505250437fffffff00000000")]         // a body of 2 GiB
    [InlineData("5052504300000002000000020801")]     // a meta that is none
    public async Task CallAsync_peer_that_breaks_the_protocol_throws_ERESPONSE(string hex)
    {
        using var peer = new RawPeer();
        await using RpcChannel channel = Connect(peer.Endpoint);
        Task<byte[]> call = EchoAsync(channel, []);
        using Socket socket = await peer.AcceptAsync();
        await RawPeer.ReadRequestAsync(socket);

        await socket.SendAsync(Convert.FromHexString(hex), Token);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcErrorCode.ERESPONSE, error.Code);
    }

    [Fact]
    public async Task CallAsync_too_many_pending_throws_EOVERCROWDED()
    {
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default with { PendingMax = 2 }, TimeProvider.System);
        Task<byte[]>[] waiting = [EchoAsync(channel, []), EchoAsync(channel, [])];
        using Socket socket = await peer.AcceptAsync();
        await RawPeer.ReadRequestAsync(socket);
        await RawPeer.ReadRequestAsync(socket);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => EchoAsync(channel, []));

        Assert.Equal(RpcErrorCode.EOVERCROWDED, error.Code);
        socket.Dispose();
        foreach (Task<byte[]> call in waiting)
            await Assert.ThrowsAsync<RpcException>(() => call);
    }

    [Fact]
    public async Task DisposeAsync_fails_the_calls_that_wait()
    {
        using var peer = new RawPeer();
        RpcChannel channel = Connect(peer.Endpoint);
        Task<byte[]> call = EchoAsync(channel, []);
        using Socket socket = await peer.AcceptAsync();
        await RawPeer.ReadRequestAsync(socket);

        await channel.DisposeAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcErrorCode.ECLOSE, error.Code);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IPEndPoint Loopback() => new(IPAddress.Loopback, 0);

    private static RpcChannel Connect(RpcEndpoint endpoint) => new(endpoint, RpcChannelOptions.Default, TimeProvider.System);

    private static RpcServer StartEcho(EndPoint address) =>
        RpcServer.Start(address, request => new(new RpcReply(request.Message, request.Attachment)));

    private static async Task<byte[]> EchoAsync(RpcChannel channel, byte[] message, TimeSpan? timeout = null)
    {
        using RpcCall call = RpcChannel.Rent(s_echo, timeout ?? s_long);
        message.CopyTo(call.WriteMessage(message.Length));
        await channel.CallAsync(call);
        return call.Reply.ToArray();
    }

    private static async Task ReadAsync(RpcChannel channel, byte[] lent, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(s_echo, timeout);
        call.Lend(lent);
        await channel.CallAsync(call);
    }

    private static async Task<byte[]> RetryAsync(Func<Task<byte[]>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (RpcException)
            {
                // Within the delay before the next connect.
                await Task.Delay(10, Token);
            }
        }
    }

    /// <summary>Lets the loops of the connection reach their waits, so that a fake clock moves after them.</summary>
    private static Task RunsDryAsync() => Task.Delay(50, Token);

    private static async Task AssertClosedAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], Token));
        }
        catch (SocketException)
        {
            // A reset closes as well.
        }
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
