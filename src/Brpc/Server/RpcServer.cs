using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Brpc;

/// <summary>
/// Serves baidu_std on one endpoint. Requests of a connection are handled concurrently and answered in the order in which their
/// handlers end, as brpc does. Built for the test cluster: simple rather than fast.
/// </summary>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<RpcRequest, ValueTask<RpcReply?>> _handler;
    private readonly ConcurrentDictionary<RpcServerConnection, Task> _connections = new();
    private readonly Task _accepting;
    private readonly string? _socketPath;

    private RpcServer(Socket listener, string? socketPath, Func<RpcRequest, ValueTask<RpcReply?>> handler)
    {
        _listener = listener;
        _socketPath = socketPath;
        _handler = handler;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens; with the port it got when 0 was asked for.</summary>
    public RpcEndpoint Endpoint => RpcEndpoint.Parse(_socketPath ?? _listener.LocalEndPoint!.ToString()!);

    /// <param name="address">A TCP address (port 0 = any free one) or a Unix socket, whose left-over file is replaced.</param>
    /// <param name="handler">Answers a request; null = never.</param>
    public static RpcServer Start(EndPoint address, Func<RpcRequest, ValueTask<RpcReply?>> handler)
    {
        string? socketPath = address is UnixDomainSocketEndPoint ? address.ToString() : null;
        if (socketPath is not null)
            File.Delete(socketPath);

        var listener = new Socket(address.AddressFamily, SocketType.Stream, socketPath is null ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (socketPath is null)
            SharePort(listener);
        listener.Bind(address);
        listener.Listen();
        return new RpcServer(listener, socketPath, handler);
    }

    /// <summary>Lets a socket that is not bound yet have its port together with others that allow it, such as one that only reserves it.</summary>
    public static void SharePort(Socket socket)
    {
        // Linux' SOL_SOCKET and SO_REUSEPORT, which .NET has no name for.
        const int SocketLevel = 1;
        const int ReusePort = 15;
        socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
    }

    /// <summary>Stops listening and breaks all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        AbortConnections();
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        if (_socketPath is not null)
            File.Delete(_socketPath);
    }

    /// <summary>Resets every connection; new ones are accepted.</summary>
    public void AbortConnections()
    {
        foreach (RpcServerConnection connection in _connections.Keys)
            connection.Abort();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (_socketPath is null)
                socket.NoDelay = true;
            var connection = new RpcServerConnection(socket, _socketPath, _handler);
            _connections[connection] = ServeAsync(connection);
        }
    }

    private async Task ServeAsync(RpcServerConnection connection)
    {
        await connection.RunAsync().ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
    }
}
