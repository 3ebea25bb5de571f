using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>How often one request was tried, with which timeout and after which pause the next try comes.</summary>
internal sealed class ChunkTries
{
    private ChunkRetryPolicy _policy = null!;
    private TimeSpan _timeout;
    private TimeProvider _time = null!;
    private long _start;
    private int _overloads;
    private int _faults;
    private TimeSpan _callTimeout;

    public TimeSpan Delay { get; private set; }

    /// <summary>What is left for all further tries; <see cref="Timeout.InfiniteTimeSpan"/> = no end.</summary>
    public TimeSpan Left
    {
        get
        {
            if (_timeout == TimeSpan.Zero)
                return Timeout.InfiniteTimeSpan;
            TimeSpan left = _timeout - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public TimeSpan CallTimeout => _timeout == TimeSpan.Zero || Left > _callTimeout ? _callTimeout : Left;

    /// <param name="timeout">For all tries together; zero = none.</param>
    public void Start(ChunkRetryPolicy policy, TimeSpan timeout, TimeProvider time)
    {
        _policy = policy;
        _timeout = timeout;
        _time = time;
        _start = time.GetTimestamp();
        _overloads = _faults = 0;
        _callTimeout = policy.CallTimeout;
    }

    public void Fail(bool isTimeout, bool leaderChanged, string why)
    {
        DemandTime(why);
        if (isTimeout)
            _callTimeout = Min(2 * _callTimeout, _policy.CallTimeoutMax);
        Delay = isTimeout || leaderChanged ? TimeSpan.Zero : _policy.Delay;
    }

    public void Redirect(bool leaderChanged, ChunkOpStatus status)
    {
        DemandTime($"the last answer was {status}");
        TimeSpan pause = status == ChunkOpStatus.Redirected ? _policy.RedirectDelay : _policy.Delay;
        Delay = leaderChanged ? TimeSpan.Zero : pause;
    }

    public void Overload()
    {
        DemandTime("the chunkserver is overloaded");
        TimeSpan pause = Min(_policy.Delay * Math.Pow(2, Math.Min(_overloads++, 30)), _policy.OverloadDelayMax);

        // Clients that were refused together must not come back together.
        Delay = pause * (0.9 + (Random.Shared.NextDouble() * 0.2));
    }

    /// <returns>false: it was tried often enough.</returns>
    public bool Fault(ChunkOpStatus status)
    {
        DemandTime($"the last answer was {status}");
        Delay = _policy.Delay;
        return ++_faults <= _policy.FaultTriesMax;
    }

    private void DemandTime(string why)
    {
        if (Left == TimeSpan.Zero)
            throw new StorageException(Errno.ETIMEDOUT, $"not done in {_timeout.TotalSeconds:0.#} s (rados_osd_op_timeout): {why}");
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
