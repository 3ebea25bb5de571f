using System.Buffers;
using System.Net.Sockets;
using CurveRbd.Store;

namespace CurveRbd.Cli.Nbd;

/// <summary>One client after the handshake: requests come in, are served side by side, and are answered as they are done.</summary>
internal sealed class NbdConnection(Socket socket, NbdInput input, NbdExport export) : IDisposable
{
    private readonly RequestWindow _window = new();
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Returns when the client has disconnected or gone, and everything it sent is done.</summary>
    public async Task RunAsync()
    {
        var header = new byte[NbdRequest.Size];
        while (await input.TryReadAsync(header).ConfigureAwait(false)
               && NbdRequest.TryParse(header, out NbdRequest request)
               && request.Command != NbdCommand.Disconnect
               && !request.BreaksTheStream)
        {
            if (!await TryBeginAsync(request).ConfigureAwait(false))
                break;
        }

        await _window.DrainAsync().ConfigureAwait(false);
    }

    public void Dispose() => _sending.Dispose();

    /// <returns>false: the client went before it had sent all of the request.</returns>
    private async Task<bool> TryBeginAsync(NbdRequest request)
    {
        int length = request.PayloadLength;
        await _window.EnterAsync(length).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(NbdReply.Size + length);
        Memory<byte> payload = buffer.AsMemory(NbdReply.Size, length);
        if (request.Command == NbdCommand.Write && !await input.TryReadAsync(payload).ConfigureAwait(false))
        {
            Leave(buffer, length);
            return false;
        }

        // The window owns it: nobody closes the image before it has left.
        _ = ServeAsync(request, buffer, payload);
        return true;
    }

    // Begins synchronously down to the store's queue, so that overlapping requests keep their order.
    private async Task ServeAsync(NbdRequest request, byte[] buffer, Memory<byte> payload)
    {
        try
        {
            Errno error = await ExecuteAsync(request, payload).ConfigureAwait(false);
            NbdReply.Write(buffer, error, request.Handle);
            int dataLength = request.Command == NbdCommand.Read && error == Errno.None ? payload.Length : 0;
            await SendAsync(buffer.AsMemory(0, NbdReply.Size + dataLength)).ConfigureAwait(false);
        }
        finally
        {
            Leave(buffer, payload.Length);
        }
    }

    // A defect in serving one request must cost that request alone.
    private async Task<Errno> ExecuteAsync(NbdRequest request, Memory<byte> payload)
    {
        try
        {
            return await export.ExecuteAsync(request, payload).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return Errno.EIO;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> reply)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            while (!reply.IsEmpty)
                reply = reply[await socket.SendAsync(reply, SocketFlags.None).ConfigureAwait(false)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone. Half a reply may have been sent: nothing may follow it.
            socket.Dispose();
        }
        finally
        {
            _sending.Release();
        }
    }

    private void Leave(byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        _window.Leave(length);
    }
}
