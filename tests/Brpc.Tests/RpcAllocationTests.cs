using System.Net.Sockets;

namespace CurveRbd.Brpc.Tests;

[Collection(nameof(RpcAllocationTests))]
[CollectionDefinition(nameof(RpcAllocationTests), DisableParallelization = true)]
public class RpcAllocationTests
{
    private static readonly RpcMethod s_read = new("test.EchoService", "Read");

    [Fact]
    public async Task CallAsync_in_steady_state_allocates_next_to_nothing()
    {
        using var peer = new RawPeer();
        await using var channel = new RpcChannel(peer.Endpoint, RpcChannelOptions.Default, TimeProvider.System);
        Task serving = Task.Factory.StartNew(() => Serve(peer), TaskCreationOptions.LongRunning);
        var sent = new byte[4096];
        var received = new byte[4096];
        await CallManyAsync(channel, sent, received, 2000);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        await CallManyAsync(channel, sent, received, 5000);
        long perCall = (GC.GetTotalAllocatedBytes(precise: true) - before) / 5000;

        // Measured 0; the rest is room for what the test host does meanwhile.
        Assert.True(perCall < 64, $"{perCall} bytes a call");
        await channel.DisposeAsync();
        await serving;
    }

    private static async Task CallManyAsync(RpcChannel channel, byte[] sent, byte[] received, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using RpcCall call = RpcChannel.Rent(s_read, TimeSpan.FromSeconds(10));
            call.WriteMessage(20).Clear();
            call.Attach(sent);
            call.Lend(received);
            await channel.CallAsync(call);
        }
    }

    /// <summary>Answers without allocating: it knows that requests of one kind have one size, and that ids count up.</summary>
    private static void Serve(RawPeer peer)
    {
        using Socket socket = peer.AcceptAsync().Result;
        var received = new byte[64 * 1024];
        byte[] reply = new byte[FrameHeader.Size + 128 + 4096];
        int have = 0;
        while (true)
        {
            int count = socket.Receive(received.AsSpan(have), SocketFlags.None, out SocketError error);
            if (count == 0 || error != SocketError.Success)
                return;
            have += count;
            while (FrameHeader.TryRead(received.AsSpan(0, have), out FrameHeader header) && have >= FrameHeader.Size + header.BodySize)
            {
                RpcMeta request = RpcMeta.Read(received.AsSpan(FrameHeader.Size, header.MetaSize));
                socket.Send(reply.AsSpan(0, Answer(reply, request.CorrelationId)));
                int used = FrameHeader.Size + header.BodySize;
                received.AsSpan(used, have - used).CopyTo(received);
                have -= used;
            }
        }
    }

    private static int Answer(byte[] frame, long correlationId)
    {
        var meta = new RpcMeta { IsResponse = true, CorrelationId = correlationId, AttachmentSize = 4096 };
        int metaSize = meta.Write(frame.AsSpan(FrameHeader.Size));
        new FrameHeader(metaSize + 4096, metaSize).Write(frame);
        return FrameHeader.Size + metaSize + 4096;
    }
}
