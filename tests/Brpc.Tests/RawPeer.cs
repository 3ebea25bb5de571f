using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Brpc.Tests;

/// <summary>A server whose bytes the test chooses.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RawPeer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public RpcEndpoint Endpoint => RpcEndpoint.Parse(_listener.LocalEndPoint!.ToString()!);

    public async Task<Socket> AcceptAsync() => await _listener.AcceptAsync(TestContext.Current.CancellationToken);

    /// <summary>Reads one request and gives its correlation id.</summary>
    public static async Task<long> ReadRequestAsync(Socket socket)
    {
        var head = new byte[FrameHeader.Size];
        await ReceiveAllAsync(socket, head);
        FrameHeader.TryRead(head, out FrameHeader header);
        var body = new byte[header.BodySize];
        await ReceiveAllAsync(socket, body);
        return RpcMeta.Read(body.AsSpan(0, header.MetaSize)).CorrelationId;
    }

    /// <summary>A reply frame; <paramref name="attachmentSize"/> is what its meta claims.</summary>
    public static byte[] Reply(long correlationId, byte[] payload, int attachmentSize = 0)
    {
        var meta = new RpcMeta { IsResponse = true, CorrelationId = correlationId, AttachmentSize = attachmentSize };
        var frame = new byte[FrameHeader.Size + meta.SizeMax];
        int metaSize = meta.Write(frame.AsSpan(FrameHeader.Size));
        new FrameHeader(metaSize + payload.Length, metaSize).Write(frame);
        return [.. frame[..(FrameHeader.Size + metaSize)], .. payload];
    }

    public void Dispose() => _listener.Dispose();

    private static async Task ReceiveAllAsync(Socket socket, Memory<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = await socket.ReceiveAsync(destination, TestContext.Current.CancellationToken);
            Assert.True(count > 0, "the client closed the connection");
            destination = destination[count..];
        }
    }
}
