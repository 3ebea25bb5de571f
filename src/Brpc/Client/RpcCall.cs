using System.Buffers;
using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace CurveRbd.Brpc;

/// <summary>
/// One call, from its request to its reply: rent it from a channel, fill it, <see cref="RpcChannel.CallAsync"/>, read the reply,
/// dispose it. Reused, so that a call allocates nothing once a process has warmed up. Memory lent to it is not touched after the
/// call has completed, however it ended.
/// </summary>
public sealed class RpcCall : IValueTaskSource, IDisposable
{
    // Larger ones go back to the pool of arrays with the call, so that one long directory listing does not stay around.
    private const int KeptSizeMax = 4 * 1024;

    private readonly List<ReadOnlyMemory<byte>> _sent = [];
    private readonly List<Memory<byte>> _lent = [];
    private ManualResetValueTaskSourceCore<bool> _completion = new() { RunContinuationsAsynchronously = true };
    private byte[] _message = [];
    private byte[] _reply = [];

    internal RpcCall()
    {
    }

    public RpcMethod Method { get; private set; } = null!;

    public TimeSpan Timeout { get; private set; }

    /// <summary>For the server's log; 0 = none.</summary>
    public long LogId { get; set; }

    /// <summary>Asked each time the timeout has passed without an answer; null = the timeout is the end.</summary>
    public IRpcPatience? Patience { get; set; }

    /// <summary>The connection that alone may carry the call, see <see cref="ConnectionId"/>; 0 = any.</summary>
    public long RequiredConnectionId { get; set; }

    /// <summary>The connection that carries or has carried the call; never reused by a channel, 0 = none yet.</summary>
    public long ConnectionId { get; internal set; }

    /// <summary>The serialized request.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>The serialized reply, until the call is disposed.</summary>
    public ReadOnlyMemory<byte> Reply { get; private set; }

    /// <summary>Bytes of the reply's attachment that were put into the lent memory.</summary>
    public int ReplyAttachmentSize { get; internal set; }

    /// <summary>Sum of all <see cref="Attach"/>ed pieces, in bytes.</summary>
    public int AttachmentSize { get; private set; }

    internal IReadOnlyList<ReadOnlyMemory<byte>> Sent => _sent;

    internal IReadOnlyList<Memory<byte>> Lent => _lent;

    /// <summary>Sum of all memory lent for the reply's attachment, in bytes.</summary>
    internal int LentSize { get; private set; }

    internal long CorrelationId { get; set; }

    /// <summary>Timestamp of the channel's clock; long.MaxValue = none.</summary>
    internal long Deadline { get; set; }

    // The connection's, guarded by its lock. A call completes only when neither loop holds its memory.
    internal bool IsBeingSent { get; set; }

    internal bool IsBeingReceived { get; set; }

    internal bool IsReplied { get; set; }

    /// <summary>Why there is no reply; null when there is one. Known when the call is over.</summary>
    public RpcException? Failure { get; internal set; }

    /// <summary>Whether <see cref="OnOver"/> may run on the thread that receives for all connections: it must not block then.</summary>
    public bool ContinuesInline { get; set; }

    /// <summary>What runs when the call is over, in place of a task that completes; see <see cref="RpcChannel.Start"/>.</summary>
    internal IThreadPoolWorkItem? OnOver { get; set; }

    internal ValueTask Completion => new(this, _completion.Version);

    /// <summary>Room for the serialized request, exactly <paramref name="size"/> bytes.</summary>
    public Span<byte> WriteMessage(int size)
    {
        Resize(ref _message, size);
        Message = _message.AsMemory(0, size);
        return _message.AsSpan(0, size);
    }

    /// <summary>Appends to the request's attachment.</summary>
    public void Attach(ReadOnlyMemory<byte> piece)
    {
        _sent.Add(piece);
        AttachmentSize += piece.Length;
    }

    /// <summary>Lends memory for the reply's attachment, filled in the order in which it was lent.</summary>
    public void Lend(Memory<byte> piece)
    {
        _lent.Add(piece);
        LentSize += piece.Length;
    }

    /// <summary>Gives the call back. It must have completed or never been made.</summary>
    public void Dispose() => RpcCallPool.Return(this);

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);

    internal void Start(RpcMethod method, TimeSpan timeout)
    {
        Method = method;
        Timeout = timeout;
    }

    internal Memory<byte> PrepareReply(int size)
    {
        Resize(ref _reply, size);
        Reply = _reply.AsMemory(0, size);
        return _reply.AsMemory(0, size);
    }

    /// <summary>The last touch of a connection: whoever waits may reuse the call at once.</summary>
    /// <param name="isShallow">Few calls are under way, so the next thing to do is what the call's end is for.</param>
    internal void Complete(bool isShallow)
    {
        Debug.Assert(!IsBeingSent && !IsBeingReceived);
        if (OnOver is { } onOver)
            Run(onOver, isShallow && ContinuesInline);
        else if (Failure is { } failure)
            _completion.SetException(failure);
        else
            _completion.SetResult(true);
    }

    private static void Run(IThreadPoolWorkItem onOver, bool isInline)
    {
        if (isInline)
            onOver.Execute();
        else
            ThreadPool.UnsafeQueueUserWorkItem(onOver, preferLocal: false);
    }

    internal void Reset()
    {
        _sent.Clear();
        _lent.Clear();
        Shrink(ref _message);
        Shrink(ref _reply);
        _completion.Reset();
        LogId = RequiredConnectionId = ConnectionId = 0;
        Patience = null;
        OnOver = null;
        ContinuesInline = false;
        Message = Reply = default;
        AttachmentSize = LentSize = ReplyAttachmentSize = 0;
        IsReplied = false;
        Failure = null;
    }

    private static void Resize(ref byte[] buffer, int size)
    {
        if (buffer.Length >= size)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(size);
    }

    private static void Shrink(ref byte[] buffer)
    {
        if (buffer.Length <= KeptSizeMax)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }
}
