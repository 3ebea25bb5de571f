using System.Threading.Tasks.Sources;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// One request on an image: its place in the range order, and the source of the task that its caller awaits. Pooled, so that a
/// request costs no memory: it goes back when its result has been taken.
/// </summary>
internal sealed class IoRequest : IValueTaskSource<int>, IValueTaskSource<ulong>, IValueTaskSource<CompareAndWriteResult>,
    IValueTaskSource
{
    private readonly ImageIo _owner;
    private readonly Action _onOperationDone;
    private ManualResetValueTaskSourceCore<ulong> _completion; // continuations run inline: queueing them would allocate
    private ValueTask _operation;
    private byte[]? _edges;

    public IoRequest(ImageIo owner)
    {
        _owner = owner;
        _onOperationDone = OnOperationDone;
    }

    public IoKind Kind { get; private set; }

    public ulong Offset { get; private set; }

    public ulong Length { get; private set; }

    public IoVector Data { get; private set; }

    public IoVector Compare { get; set; }

    public ZeroMode ZeroMode { get; set; }

    public Memory<byte> Pattern { get; set; }

    public IoVisit? Visit { get; set; }

    /// <summary>Bytes that are zero together or not at all.</summary>
    public int SparseSize { get; set; }

    /// <summary>The range that the request occupies, rounded to blocks; End is exclusive.</summary>
    public ulong Start { get; private set; }

    public ulong End { get; private set; }

    /// <summary>Index of the first differing byte of a compare-and-write; -1 if none.</summary>
    public int Mismatch { get; set; }

    public Exception? Error { get; set; }

    // The range order (ImageIo, under its lock).
    public IoRequest? Earlier { get; set; }

    public IoRequest? Later { get; set; }

    public int Blockers { get; set; }

    /// <summary>Not allowed to begin yet: one more blocker.</summary>
    public bool IsWaiting { get; set; }

    // Chains of requests that are ready to start, that wait for a flush, or that lie in the pool.
    public IoRequest? Next { get; set; }

    public short Token => _completion.Version;

    public bool IsMutation =>
        Kind is IoKind.Write or IoKind.Zero or IoKind.Erase or IoKind.WriteSame or IoKind.Sparsify or IoKind.CompareAndWrite;

    /// <summary>Pieces of a request whose first or last block is not wholly its own.</summary>
    public List<Memory<byte>> Pieces { get; } = [];

    /// <summary>Room for the first and the last block.</summary>
    public Memory<byte> Edges(int blockSize)
    {
        if (_edges is null || _edges.Length < 2 * blockSize)
            _edges = new byte[2 * blockSize];
        return _edges.AsMemory(0, 2 * blockSize);
    }

    public void Reset(IoKind kind, ulong offset, ulong length, IoVector data, int blockSize)
    {
        Kind = kind;
        Offset = offset;
        Length = length;
        Data = data;
        Occupy(blockSize);
        Mismatch = -1;
        Error = null;
        IsWaiting = false;
        _completion.Reset();
    }

    /// <summary>Cuts a request that has not begun to an image that has changed meanwhile.</summary>
    /// <returns>false: it starts past the end.</returns>
    public bool TryFit(ulong imageSize, int blockSize)
    {
        if (Kind is not (IoKind.Flush or IoKind.Barrier or IoKind.Erase or IoKind.Visit))
        {
            if (Offset >= imageSize || (Kind == IoKind.CompareAndWrite && Length > imageSize - Offset))
                return false;
            Length = Math.Min(Length, imageSize - Offset);
            if (Kind is IoKind.Read or IoKind.Write)
                Data = Data.Slice(0, (int)Length);
        }

        Occupy(blockSize);
        return true;
    }

    /// <summary>Whether this request must wait for <paramref name="earlier"/>.</summary>
    public bool WaitsFor(IoRequest earlier)
    {
        if (Kind == IoKind.Visit || earlier.Kind == IoKind.Visit)
            return Kind == IoKind.Barrier;
        if (Kind == IoKind.Flush)
            return earlier.IsMutation;
        if (earlier.Kind == IoKind.Flush)
            return Kind == IoKind.Barrier;
        bool bothRead = Kind == IoKind.Read && earlier.Kind == IoKind.Read;
        return !bothRead && Start < earlier.End && earlier.Start < End;
    }

    /// <summary>Watches <paramref name="operation"/>.</summary>
    /// <returns>true: it is over already, <see cref="Error"/> says how.</returns>
    public bool Follow(ValueTask operation)
    {
        if (operation.IsCompleted)
        {
            Take(operation);
            return true;
        }

        _operation = operation;
        operation.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onOperationDone);
        return false;
    }

    /// <summary>Tells the caller. The request belongs to it from now on.</summary>
    public void Complete()
    {
        if (Error is { } error)
            _completion.SetException(error);
        else
            _completion.SetResult(Length);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    int IValueTaskSource<int>.GetResult(short token) => (int)GetResult(token);

    ulong IValueTaskSource<ulong>.GetResult(short token) => GetResult(token);

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    CompareAndWriteResult IValueTaskSource<CompareAndWriteResult>.GetResult(short token)
    {
        int mismatch = Mismatch;
        int length = (int)GetResult(token);
        return mismatch < 0 ? new CompareAndWriteResult(length, -1) : new CompareAndWriteResult(0, mismatch);
    }

    private void Occupy(int blockSize)
    {
        ulong mask = (ulong)blockSize - 1;
        Start = Offset & ~mask;
        End = ulong.MaxValue - mask - Offset < Length ? ulong.MaxValue : (Offset + Length + mask) & ~mask;
    }

    private ulong GetResult(short token)
    {
        // A caller that does not wait must not put a request back that the store still works on.
        if (_completion.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("the request is not over yet: await it");
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            ForgetBuffers();
            _owner.GiveBack(this);
        }
    }

    private void OnOperationDone()
    {
        ValueTask operation = _operation;
        _operation = default;
        Take(operation);
        _owner.OnOperationDone(this);
    }

    private void Take(ValueTask operation)
    {
        try
        {
            operation.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            Error = error;
        }
    }

    private void ForgetBuffers()
    {
        Data = default;
        Compare = default;
        Pattern = default;
        Visit = null;
        Pieces.Clear();
    }
}
