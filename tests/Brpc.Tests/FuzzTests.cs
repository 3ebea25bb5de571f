using System.Net;
using System.Net.Sockets;
using CurveRbd.Tests;

namespace CurveRbd.Brpc.Tests;

/// <summary>Peers that send damaged frames: what waits for them ends, and everything else goes on.</summary>
public class FuzzTests
{
    private static readonly RpcMethod s_method = new("a.Service", "Method");
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly RpcChannelOptions s_patient = RpcChannelOptions.Default with { ConnectTimeout = s_patience };

    [Fact]
    public async Task Calls_answered_with_damaged_frames_end_and_touch_only_what_was_lent()
    {
        await Fuzz.RunAsync(rounds: 60, async random =>
        {
            using var peer = new RawPeer();
            await using var channel = new RpcChannel(peer.Endpoint, s_patient, TimeProvider.System);
            var memory = new byte[256];

            // The first finds the connection made and its request at the peer; the others may give up as early as they like.
            Task first = CallAsync(channel, memory.AsMemory(64, 32), s_patience);
            using (Socket socket = await peer.AcceptAsync())
            {
                long id = await RawPeer.ReadRequestAsync(socket);
                Task[] calls = [first, .. Enumerable.Range(1, 2).Select(i => CallAsync(channel, memory.AsMemory(64 + (i * 32), 32), s_timeout))];
                byte[] replies = [.. RawPeer.Reply(id, new byte[random.Next(40)], random.Next(40)), .. RawPeer.Reply(id + 1, new byte[32], 32), .. RawPeer.Reply(id + 100, new byte[9])];
                await socket.SendAsync(Fuzz.Damage(random, replies), TestContext.Current.CancellationToken);
                socket.Shutdown(SocketShutdown.Send);
                await Task.WhenAll(calls).WaitAsync(s_patience, TestContext.Current.CancellationToken);
            }

            Assert.Equal(new byte[64], memory[..64]);
            Assert.Equal(new byte[96], memory[160..]);
        });
    }

    [Fact]
    public async Task Server_that_gets_damaged_frames_serves_the_next_client()
    {
        await using RpcServer server = RpcServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), request => new ValueTask<RpcReply?>(new RpcReply(request.Message, request.Attachment)));

        await Fuzz.RunAsync(rounds: 200, async random =>
        {
            byte[] frame = GoldenFrames.All[random.Next(GoldenFrames.All.Count)];
            using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            {
                await socket.ConnectAsync(server.Endpoint.Address, TestContext.Current.CancellationToken);
                await socket.SendAsync(Fuzz.Damage(random, frame), TestContext.Current.CancellationToken);
            }

            await using var channel = new RpcChannel(server.Endpoint, RpcChannelOptions.Default, TimeProvider.System);
            using RpcCall call = RpcChannel.Rent(s_method, TimeSpan.FromSeconds(20));
            "hello"u8.CopyTo(call.WriteMessage(5));
            await channel.CallAsync(call);
            Assert.True(call.Reply.Span.SequenceEqual("hello"u8));
        });
    }

    private static async Task CallAsync(RpcChannel channel, Memory<byte> lent, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(s_method, timeout);
        call.Lend(lent);
        try
        {
            await channel.CallAsync(call);
        }
        catch (RpcException)
        {
            // As good as an answer, with such a peer.
        }
    }
}
