using System.Net.Sockets;

namespace CurveRbd.Cli.Nbd;

/// <summary>What a client sends. Small reads share one system call; long ones go where they belong at once.</summary>
internal sealed class NbdInput(Socket socket)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <returns>false: the client has gone, before or within these bytes.</returns>
    public async ValueTask<bool> TryReadAsync(Memory<byte> bytes)
    {
        while (true)
        {
            bytes = bytes[TakeBuffered(bytes.Span)..];
            if (bytes.IsEmpty)
                return true;
            if (bytes.Length >= _buffer.Length)
            {
                int received = await ReceiveAsync(bytes).ConfigureAwait(false);
                if (received == 0)
                    return false;
                bytes = bytes[received..];
                continue;
            }

            _start = 0;
            _end = await ReceiveAsync(_buffer).ConfigureAwait(false);
            if (_end == 0)
                return false;
        }
    }

    /// <summary>Reads nothing more from the client. Any thread may call it.</summary>
    public void End()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone already.
        }
    }

    private int TakeBuffered(Span<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(bytes);
        _start += count;
        return count;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> bytes)
    {
        try
        {
            return await socket.ReceiveAsync(bytes, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
