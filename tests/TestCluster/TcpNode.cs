using System.Net;
using System.Net.Sockets;
using CurveRbd.Brpc;

namespace CurveRbd.TestCluster;

/// <summary>A server on a port of loopback that is its own for life, stopped or not. It answers at once or never.</summary>
public abstract class TcpNode : Node
{
    // Bound, never listening: nobody else gets the port, and who connects while the server is stopped is refused.
    private readonly Socket _reservation;

    private protected TcpNode(Faults faults)
        : this(faults, Reserve())
    {
    }

    private TcpNode(Faults faults, Socket reservation)
        : base(faults, reservation.LocalEndPoint!) => _reservation = reservation;

    public IPEndPoint Address => (IPEndPoint)EndPoint;

    /// <returns>null: never answered.</returns>
    private protected abstract RpcReply? Serve(RpcRequest request);

    private protected sealed override ValueTask<RpcReply?> AnswerAsync(RpcRequest request) => new(Serve(request));

    private protected override Task EndAsync()
    {
        _reservation.Dispose();
        return Task.CompletedTask;
    }

    private static Socket Reserve()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        RpcServer.SharePort(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
