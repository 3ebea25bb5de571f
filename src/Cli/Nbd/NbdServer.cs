using System.Net;
using System.Net.Sockets;
using CurveRbd.Store;

namespace CurveRbd.Cli.Nbd;

/// <summary>Lets NBD's clients reach an export over a socket, several at a time.</summary>
internal sealed class NbdServer(NbdExport export) : IDisposable
{
    private const int Backlog = 16;

    private readonly List<NbdInput> _clients = [];
    private readonly List<Task> _serving = [];
    private Socket? _listener;
    private string? _path;

    /// <summary>Listens; a client may connect from now on.</summary>
    /// <param name="path">Of a Unix socket that does not exist yet.</param>
    /// <exception cref="StorageException">EADDRINUSE and whatever else the socket says.</exception>
    public void Listen(string path)
    {
        Bind(new UnixDomainSocketEndPoint(path), ProtocolType.Unspecified, path);
        _path = path;
    }

    /// <returns>The address with the port that was chosen, if it left it open.</returns>
    /// <inheritdoc cref="Listen(string)"/>
    public EndPoint Listen(IPEndPoint address)
    {
        Bind(address, ProtocolType.Tcp, address.ToString());
        return _listener!.LocalEndPoint!;
    }

    /// <summary>Serves until it is cancelled; then finishes what clients have sent, and returns.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenRegistration ending = stop.Register(EndReceiving);
        try
        {
            while (true)
            {
                Socket client = await _listener!.AcceptAsync(stop).ConfigureAwait(false);
                Track(client);
            }
        }
        catch (OperationCanceledException)
        {
            EndReceiving();
        }

        await Task.WhenAll(_serving).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    private void Bind(EndPoint address, ProtocolType protocol, string name)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, protocol);
        try
        {
            _listener.Bind(address);
            _listener.Listen(Backlog);
        }
        catch (SocketException e)
        {
            throw new StorageException((Errno)e.NativeErrorCode, $"listen on {name}: {e.Message}", e);
        }
    }

    private void Track(Socket client)
    {
        var input = new NbdInput(client);
        lock (_clients)
            _clients.Add(input);
        _serving.RemoveAll(task => task.IsCompleted);
        _serving.Add(ServeAsync(client, input));
    }

    private async Task ServeAsync(Socket client, NbdInput input)
    {
        try
        {
            if (client.ProtocolType == ProtocolType.Tcp)
                client.NoDelay = true;
            if (!await new NbdHandshake(client, input, export).RunAsync().ConfigureAwait(false))
                return;
            using var connection = new NbdConnection(client, input, export);
            await connection.RunAsync().ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // It went within the handshake.
        }
        finally
        {
            lock (_clients)
                _clients.Remove(input);
            client.Dispose();
        }
    }

    private void EndReceiving()
    {
        lock (_clients)
            _clients.ForEach(client => client.End());
    }
}
