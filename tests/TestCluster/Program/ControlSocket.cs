using System.Net.Sockets;
using System.Text;

namespace CurveRbd.TestCluster;

/// <summary>Takes orders on a Unix socket: a line each, answered with a line that begins with "ok" or "error".</summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    private readonly string _path;
    private readonly ClusterControl _control;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    public ControlSocket(string path, ClusterControl control)
    {
        _path = path;
        _control = control;
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        File.Delete(_path);
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

            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream);
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{await AnswerAsync(line).ConfigureAwait(false)}\n")).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Gone without waiting for the answer.
        }
    }

    private async Task<string> AnswerAsync(string line)
    {
        try
        {
            string answer = await _control.DoAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ConfigureAwait(false);
            return $"ok {answer}".TrimEnd();
        }
        catch (Exception error)
        {
            return $"error {error.Message.ReplaceLineEndings(" ")}";
        }
    }
}
