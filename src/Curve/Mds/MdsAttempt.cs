using CurveRbd.Brpc;

namespace CurveRbd.Curve;

/// <summary>Which MDS one operation tries next, with which timeout and after which pause.</summary>
internal sealed class MdsAttempt(MdsRetryPolicy policy, int workingIndex, int mdsCount)
{
    private int _failuresHere;
    private int _seenWorkingIndex = workingIndex;

    public int Index { get; private set; } = workingIndex;

    public TimeSpan CallTimeout { get; private set; } = policy.CallTimeout;

    public int Tries { get; private set; } = 1;

    /// <param name="error">null: the MDS answered, with something that is tried again.</param>
    /// <param name="workingIndex">Where other operations have found the leader.</param>
    /// <returns>How long to wait before the next try.</returns>
    public TimeSpan Fail(RpcErrorCode? error, int workingIndex)
    {
        Tries++;
        bool isTimeout = error is RpcErrorCode.ERPCTIMEDOUT or RpcErrorCode.ETIMEDOUT;
        bool mustChange = IsGone(error) || _failuresHere >= policy.FailuresBeforeNextMds;
        if (!mustChange && isTimeout)
            CallTimeout = Clamp(2 * CallTimeout);

        int next = mustChange ? NextIndex(workingIndex) : Index;
        if (next != Index)
        {
            Index = next;
            _failuresHere = 0;
            CallTimeout = policy.CallTimeout;

            // All have been tried without luck: an election takes seconds, so don't spin through the list.
            return error == RpcErrorCode.EHOSTDOWN || Tries % mdsCount == 1 ? policy.Delay : TimeSpan.Zero;
        }

        _failuresHere++;
        return isTimeout ? TimeSpan.Zero : policy.Delay;
    }

    private static bool IsGone(RpcErrorCode? error) =>
        error is RpcErrorCode.EHOSTDOWN or RpcErrorCode.ECONNRESET or RpcErrorCode.ECONNREFUSED or RpcErrorCode.ELOGOFF or RpcErrorCode.EEOF;

    /// <summary>What another operation has found since, otherwise the next of the list.</summary>
    private int NextIndex(int workingIndex)
    {
        bool isNews = workingIndex != _seenWorkingIndex && workingIndex != Index;
        _seenWorkingIndex = workingIndex;
        return isNews ? workingIndex : (Index + 1) % mdsCount;
    }

    private TimeSpan Clamp(TimeSpan timeout) => timeout < policy.CallTimeoutMax ? timeout : policy.CallTimeoutMax;
}
