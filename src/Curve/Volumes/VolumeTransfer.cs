using System.Threading.Tasks.Sources;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Bytes that one caller moves, with as many requests as it takes. Reused, so that I/O allocates nothing.</summary>
internal sealed class VolumeTransfer : IValueTaskSource
{
    private const int KeptMax = 1024;

    private static readonly Stack<VolumeTransfer> s_free = new();

    // A request that ends is already on the thread where what follows belongs.
    private ManualResetValueTaskSourceCore<bool> _completion;
    private Exception? _failure;
    private int _underWay;

    private VolumeTransfer()
    {
    }

    /// <summary>Whether requests may end on the thread that receives.</summary>
    public bool ContinuesInline { get; private set; }

    public static VolumeTransfer Begin()
    {
        VolumeTransfer transfer = Rent();
        transfer.ContinuesInline = InlineContinuation.IsAllowed;
        transfer._underWay = 1;
        return transfer;
    }

    public void AddRequest() => Interlocked.Increment(ref _underWay);

    /// <param name="failure">null: it succeeded. The first one is the transfer's.</param>
    public void EndRequest(Exception? failure)
    {
        if (failure is not null)
            Interlocked.CompareExchange(ref _failure, failure, null);
        if (Interlocked.Decrement(ref _underWay) > 0)
            return;
        if (_failure is { } first)
            _completion.SetException(first);
        else
            _completion.SetResult(true);
    }

    /// <summary>No request is added any more. Completes when all have ended, because their memory is lent.</summary>
    public ValueTask EndAsync()
    {
        short token = _completion.Version;
        EndRequest(null);
        return new ValueTask(this, token);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _completion.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private static VolumeTransfer Rent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out VolumeTransfer? transfer))
                return transfer;
        }

        return new VolumeTransfer();
    }

    private void Return()
    {
        _completion.Reset();
        _failure = null;
        lock (s_free)
        {
            if (s_free.Count < KeptMax)
                s_free.Push(this);
        }
    }
}
