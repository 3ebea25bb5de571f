using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CurveRbd.Brpc;

/// <summary>
/// One connected socket. Calls are entries in a table keyed by correlation id; they are sent in the order in which they were started,
/// by one thread at a time, and completed by the read loop in whatever order the peer answers.
/// </summary>
internal sealed class RpcConnection : IAsyncDisposable, IThreadPoolWorkItem
{
    // While so few calls are under way, a caller sends its own: a thread of the pool would only come later. More are left to such a
    // thread, which finds several and sends them together.
    private const int ShallowMax = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, RpcCall> _pending = [];
    private readonly Queue<OutgoingCall> _outbox = [];
    private readonly TaskCompletionSource _sendingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _socket;
    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private readonly RpcEndpoint _peer;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly int _pendingMax;
    private readonly Task _loops;
    private RpcException? _closed;
    private bool _isSending;
    private long _lastCorrelationId;
    private long _expiryDue = long.MaxValue;

    /// <param name="id">Tells it from every other connection of its channel; above 0.</param>
    public RpcConnection(long id, Socket socket, RpcEndpoint peer, RpcChannelOptions options, TimeProvider time)
    {
        Id = id;
        _socket = socket;
        _reader = new SocketReader(socket);
        _writer = new SocketWriter(socket);
        _peer = peer;
        _time = time;
        _pendingMax = options.PendingMax;
        SocketContinuation.TryRunInline(socket);
        _expiry = time.CreateTimer(static state => ((RpcConnection)state!).ExpireOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loops = RunAsync();
    }

    public long Id { get; }

    public bool IsOpen => Volatile.Read(ref _closed) is null;

    /// <returns>false: the connection is closed, nothing was done with the call.</returns>
    /// <exception cref="RpcException">EOVERCROWDED.</exception>
    public bool TryStart(RpcCall call)
    {
        bool isShallow;
        lock (_gate)
        {
            if (_closed is not null)
                return false;

            if (call.RequiredConnectionId != 0 && call.RequiredConnectionId != Id)
                throw new RpcException(RpcErrorCode.EFAILEDSOCKET, $"{call.Method}: the connection to {_peer} that it was meant for is gone");

            // A call that expires leaves its entry behind until the sender meets it; bounded, so a stuck peer can't collect them.
            if (_pending.Count >= _pendingMax || _outbox.Count >= 2 * _pendingMax)
                throw new RpcException(RpcErrorCode.EOVERCROWDED, $"{call.Method} to {_peer}: {_pending.Count} calls wait already");

            call.ConnectionId = Id;
            call.CorrelationId = ++_lastCorrelationId;
            _pending.Add(call.CorrelationId, call);
            _outbox.Enqueue(new OutgoingCall(call, call.CorrelationId));
            ArmExpiry(call.Deadline);
            if (_isSending)
                return true;
            _isSending = true;
            isShallow = _pending.Count <= ShallowMax;
        }

        if (isShallow)
            _ = SendAllAsync();
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAllAsync();

    /// <summary>Fails every call with ECLOSE; completes when no memory of theirs is in use any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new RpcException(RpcErrorCode.ECLOSE, $"the connection to {_peer} was closed on this side"));
        await _loops.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            await ReadLoopAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Close(FailureOf(error));
        }

        await _sendingEnded.Task.ConfigureAwait(false);
        await _expiry.DisposeAsync().ConfigureAwait(false);
        FailPending();
    }

    private RpcException FailureOf(Exception error) => error switch
    {
        EndOfStreamException => new RpcException(RpcErrorCode.EEOF, $"{_peer} closed the connection", error),
        ProtocolException => new RpcException(RpcErrorCode.ERESPONSE, $"{_peer} broke the protocol: {error.Message}", error),
        SocketException { SocketErrorCode: SocketError.ConnectionReset } =>
            new RpcException(RpcErrorCode.ECONNRESET, $"{_peer} reset the connection", error),
        _ => new RpcException(RpcErrorCode.EFAILEDSOCKET, $"the connection to {_peer} failed: {error.Message}", error),
    };

    private void Close(RpcException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            if (!_isSending)
                _sendingEnded.TrySetResult();
        }

        _socket.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (HasMoreToSend())
            {
                while (BeginSend() is { } call)
                {
                    await SendAsync(call).ConfigureAwait(false);
                    EndSend(call);
                }

                await _writer.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            Close(FailureOf(error));
            EndSending();
        }
    }

    /// <returns>false: this thread is no longer the one that sends.</returns>
    private bool HasMoreToSend()
    {
        lock (_gate)
        {
            if (_closed is null && _outbox.Count > 0)
                return true;
            _isSending = false;
            if (_closed is not null)
                _sendingEnded.TrySetResult();
            return false;
        }
    }

    private void EndSending()
    {
        lock (_gate)
        {
            _isSending = false;
            _sendingEnded.TrySetResult();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(RpcCall call)
    {
        Memory<byte> place = await _writer.ReserveAsync(FrameHeader.Size + MetaOf(call).SizeMax).ConfigureAwait(false);
        _writer.Advance(WriteHead(call, place.Span));
        await _writer.AppendAsync(call.Message).ConfigureAwait(false);
        for (int i = 0; i < call.Sent.Count; i++)
            await _writer.AppendAsync(call.Sent[i]).ConfigureAwait(false);
    }

    private static int WriteHead(RpcCall call, Span<byte> destination)
    {
        int metaSize = MetaOf(call).Write(destination[FrameHeader.Size..]);
        new FrameHeader(metaSize + call.Message.Length + call.AttachmentSize, metaSize).Write(destination);
        return FrameHeader.Size + metaSize;
    }

    private static RpcMeta MetaOf(RpcCall call) => new()
    {
        ServiceName = call.Method.ServiceUtf8,
        MethodName = call.Method.NameUtf8,
        LogId = call.LogId,
        CorrelationId = call.CorrelationId,
        AttachmentSize = call.AttachmentSize,
    };

    private async Task ReadLoopAsync()
    {
        while (true)
        {
            FrameHeader header;
            while (!FrameHeader.TryRead(_reader.Unread, out header))
                await _reader.EnsureAsync(_reader.Unread.Length + 1).ConfigureAwait(false);
            await _reader.EnsureAsync(FrameHeader.Size + header.MetaSize).ConfigureAwait(false);

            ReplyHead reply = ReplyHead.Read(_reader.Unread.Slice(FrameHeader.Size, header.MetaSize), _peer);
            _reader.Consume(FrameHeader.Size + header.MetaSize);
            await ReceiveAsync(reply, header.BodySize - header.MetaSize).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(ReplyHead reply, int payloadSize)
    {
        // A reply to a call long given up, or to none of ours, is for nobody.
        if (BeginReceive(reply.CorrelationId) is not { } call)
        {
            await _reader.SkipAsync(payloadSize).ConfigureAwait(false);
            return;
        }

        RpcException? refusal = reply.Error ?? Misfit(call, reply, payloadSize);
        if (refusal is null)
            await ReceivePayloadAsync(call, payloadSize - reply.AttachmentSize, reply.AttachmentSize).ConfigureAwait(false);
        else
            await _reader.SkipAsync(payloadSize).ConfigureAwait(false);
        EndReceive(call, refusal);
    }

    private RpcException? Misfit(RpcCall call, ReplyHead reply, int payloadSize)
    {
        if (reply.AttachmentSize < 0 || reply.AttachmentSize > payloadSize)
            return new RpcException(RpcErrorCode.ERESPONSE, $"{call.Method}: {_peer} says {reply.AttachmentSize} bytes of attachment in a payload of {payloadSize}");
        if (reply.AttachmentSize > call.LentSize)
            return new RpcException(RpcErrorCode.ERESPONSE, $"{call.Method}: {_peer} sent an attachment of {reply.AttachmentSize} bytes where at most {call.LentSize} were asked for");
        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceivePayloadAsync(RpcCall call, int messageSize, int attachmentSize)
    {
        await _reader.ReadExactlyAsync(call.PrepareReply(messageSize)).ConfigureAwait(false);
        call.ReplyAttachmentSize = attachmentSize;
        for (int i = 0; attachmentSize > 0; i++)
        {
            Memory<byte> piece = call.Lent[i];
            if (piece.Length > attachmentSize)
                piece = piece[..attachmentSize];
            await _reader.ReadExactlyAsync(piece).ConfigureAwait(false);
            attachmentSize -= piece.Length;
        }
    }

    /// <returns>null: nothing is left to be sent.</returns>
    private RpcCall? BeginSend()
    {
        lock (_gate)
        {
            while (_outbox.TryDequeue(out OutgoingCall outgoing))
            {
                // Expired and perhaps reused since: its correlation id is another one or none of the table's.
                if (!_pending.TryGetValue(outgoing.CorrelationId, out RpcCall? call))
                    continue;
                call.IsBeingSent = true;
                return call;
            }

            return null;
        }
    }

    private void EndSend(RpcCall call)
    {
        lock (_gate)
        {
            call.IsBeingSent = false;
            if (!TryRemove(call))
                return;
        }

        call.Complete(isShallow: false);
    }

    private RpcCall? BeginReceive(long correlationId)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue(correlationId, out RpcCall? call) || call.IsReplied || call.Failure is not null)
                return null;
            call.IsBeingReceived = true;
            return call;
        }
    }

    private void EndReceive(RpcCall call, RpcException? refusal)
    {
        bool isShallow;
        lock (_gate)
        {
            call.IsBeingReceived = false;
            call.IsReplied = true;
            call.Failure ??= refusal;
            if (!TryRemove(call))
                return;
            isShallow = _pending.Count < ShallowMax;
        }

        call.Complete(isShallow);
    }

    /// <returns>true: the call is over and its memory in nobody's hands; complete it.</returns>
    private bool TryRemove(RpcCall call) =>
        !call.IsBeingSent && !call.IsBeingReceived && (call.IsReplied || call.Failure is not null) && _pending.Remove(call.CorrelationId);

    private void CompleteIfOver(RpcCall call)
    {
        if (TryRemove(call))
            call.Complete(isShallow: false);
    }

    private void ArmExpiry(long deadline)
    {
        if (deadline >= _expiryDue)
            return;
        _expiryDue = deadline;
        TimeSpan delay = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
        _expiry.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void ExpireOverdue()
    {
        RpcException? stuck = null;
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            long next = long.MaxValue;
            foreach (RpcCall call in _pending.Values)
            {
                if (call.Deadline > now || TryExtend(call, now))
                    next = Math.Min(next, call.Deadline);
                else
                    stuck = Expire(call) ?? stuck;
            }

            _expiryDue = long.MaxValue;
            if (next != long.MaxValue && _closed is null)
                ArmExpiry(next);
        }

        if (stuck is not null)
            Close(stuck);
    }

    private bool TryExtend(RpcCall call, long now)
    {
        if (call.Failure is not null || call.IsReplied || call.Patience?.MayWait(call) is not true)
            return false;
        call.Deadline = now + (long)(call.Timeout.TotalSeconds * _time.TimestampFrequency);
        return true;
    }

    /// <returns>Why the connection must go: half a frame can't be called back, and its memory is lent.</returns>
    private RpcException? Expire(RpcCall call)
    {
        call.Failure ??= new RpcException(
            RpcErrorCode.ERPCTIMEDOUT,
            $"{call.Method} to {_peer} was not answered in {call.Timeout.TotalMilliseconds:0} ms ({_pending.Count} calls wait on this connection)");
        bool isHeld = call.IsBeingSent || call.IsBeingReceived;
        CompleteIfOver(call);
        return isHeld
            ? new RpcException(RpcErrorCode.EFAILEDSOCKET, $"the connection to {_peer} was given up: it stood still in the middle of a frame")
            : null;
    }

    private void FailPending()
    {
        lock (_gate)
        {
            foreach (RpcCall call in _pending.Values)
            {
                call.IsBeingSent = call.IsBeingReceived = false;
                if (!call.IsReplied)
                    call.Failure ??= _closed;
                CompleteIfOver(call);
            }
        }
    }

    /// <summary>A place in the queue of what is to be sent. The id tells whether the call is still the one that was queued.</summary>
    private readonly record struct OutgoingCall(RpcCall Call, long CorrelationId);
}
