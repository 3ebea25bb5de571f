using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace CurveRbd.Brpc;

/// <summary>A server's end of one connection.</summary>
internal sealed class RpcServerConnection(Socket socket, string? socketPath, Func<RpcRequest, ValueTask<RpcReply?>> handler)
{
    private const int ErrorTextSizeMax = 16 * 1024;

    private readonly SocketReader _reader = new(socket);
    private readonly SocketWriter _writer = new(socket);
    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string _peer = socketPath ?? socket.RemoteEndPoint!.ToString()!;

    /// <summary>Ends the connection with a reset, so that the peer sees a failure and no orderly end.</summary>
    public void Abort()
    {
        if (socketPath is null && socket.SafeHandle is { IsClosed: false })
            TrySetLinger();
        socket.Dispose();
    }

    /// <summary>Completes when the connection has ended; a failure is its end.</summary>
    public Task RunAsync() => Task.WhenAll(RunUntilEndAsync(ReadLoopAsync), RunUntilEndAsync(WriteLoopAsync));

    private async Task RunUntilEndAsync(Func<Task> loop)
    {
        // The accept loop goes on at once.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            socket.Dispose();
            _answers.Writer.TryComplete();
        }
    }

    private async Task ReadLoopAsync()
    {
        while (true)
            await ReceiveAsync().ConfigureAwait(false);
    }

    private async Task WriteLoopAsync()
    {
        while (await _answers.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_answers.Reader.TryRead(out Answer? answer))
                await SendAsync(answer.CorrelationId, answer.Reply).ConfigureAwait(false);
            await _writer.FlushAsync().ConfigureAwait(false);
        }
    }

    private static bool IsEnd(Exception error) =>
        error is EndOfStreamException or SocketException or ObjectDisposedException or ProtocolException;

    private void TrySetLinger()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (IsEnd(error))
        {
            // Closed in between: what was wanted.
        }
    }

    private async Task ReceiveAsync()
    {
        FrameHeader header;
        while (!FrameHeader.TryRead(_reader.Unread, out header))
            await _reader.EnsureAsync(_reader.Unread.Length + 1).ConfigureAwait(false);
        await _reader.EnsureAsync(FrameHeader.Size + header.MetaSize).ConfigureAwait(false);

        (RpcRequest request, long correlationId, int attachmentSize) = ReadMeta(_reader.Unread.Slice(FrameHeader.Size, header.MetaSize));
        _reader.Consume(FrameHeader.Size + header.MetaSize);
        var payload = new byte[header.BodySize - header.MetaSize];
        await _reader.ReadExactlyAsync(payload).ConfigureAwait(false);

        if (attachmentSize < 0 || attachmentSize > payload.Length)
        {
            string text = $"attachment_size={attachmentSize} is larger than request_size={payload.Length}";
            _answers.Writer.TryWrite(new Answer(correlationId, RpcReply.Fail(RpcErrorCode.EREQUEST, text)));
            return;
        }

        int messageSize = payload.Length - attachmentSize;
        Handle(request with { Message = payload.AsMemory(0, messageSize), Attachment = payload.AsMemory(messageSize) }, correlationId);
    }

    private (RpcRequest Request, long CorrelationId, int AttachmentSize) ReadMeta(ReadOnlySpan<byte> bytes)
    {
        RpcMeta meta = RpcMeta.Read(bytes);
        if (meta.IsResponse)
            throw new ProtocolException("a client sent a response");
        var request = new RpcRequest(
            Encoding.UTF8.GetString(meta.ServiceName), Encoding.UTF8.GetString(meta.MethodName), meta.LogId, default, default)
        {
            Peer = _peer,
            Abort = Abort,
        };
        return (request, meta.CorrelationId, meta.AttachmentSize);
    }

    private void Handle(RpcRequest request, long correlationId) =>
        _ = Task.Run(async () =>
        {
            RpcReply? reply;
            try
            {
                reply = await handler(request).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                reply = RpcReply.Fail(RpcErrorCode.EINTERNAL, error.ToString());
            }

            if (reply is not null)
                _answers.Writer.TryWrite(new Answer(correlationId, reply));
        });

    private async Task SendAsync(long correlationId, RpcReply reply)
    {
        byte[] text = Encoding.UTF8.GetBytes(reply.ErrorText);
        text = text[..Math.Min(text.Length, ErrorTextSizeMax)];
        Memory<byte> place = await _writer.ReserveAsync(FrameHeader.Size + FrameHeader.MetaSizeMax).ConfigureAwait(false);
        _writer.Advance(WriteHead(correlationId, reply, text, place.Span));
        await _writer.AppendAsync(reply.Message).ConfigureAwait(false);
        await _writer.AppendAsync(reply.Attachment).ConfigureAwait(false);
    }

    private static int WriteHead(long correlationId, RpcReply reply, ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var meta = new RpcMeta
        {
            IsResponse = true,
            ErrorCode = (int)reply.ErrorCode,
            ErrorText = text,
            CorrelationId = correlationId,
            AttachmentSize = reply.Attachment.Length,
        };
        int metaSize = meta.Write(destination[FrameHeader.Size..]);
        new FrameHeader(metaSize + reply.Message.Length + reply.Attachment.Length, metaSize).Write(destination);
        return FrameHeader.Size + metaSize;
    }

    private sealed record Answer(long CorrelationId, RpcReply Reply);
}
