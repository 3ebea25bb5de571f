using CurveRbd.Brpc;

namespace CurveRbd.Curve.Tests;

public class MdsAttemptTests
{
    private static readonly MdsRetryPolicy s_policy = new();

    [Fact]
    public void Fail_refused_connections_goes_round_all_MDS()
    {
        var attempt = new MdsAttempt(s_policy, workingIndex: 0, mdsCount: 3);

        int[] visited = [.. Enumerable.Range(0, 5).Select(_ =>
        {
            attempt.Fail(RpcErrorCode.ECONNREFUSED, workingIndex: 0);
            return attempt.Index;
        })];

        Assert.Equal([1, 2, 0, 1, 2], visited);
    }

    [Fact]
    public void Fail_after_others_found_the_leader_goes_there()
    {
        var attempt = new MdsAttempt(s_policy, workingIndex: 0, mdsCount: 3);

        attempt.Fail(RpcErrorCode.ECONNREFUSED, workingIndex: 2);

        Assert.Equal(2, attempt.Index);
    }

    [Fact]
    public void Fail_timeouts_double_the_timeout_and_then_change_the_MDS()
    {
        var attempt = new MdsAttempt(s_policy, workingIndex: 0, mdsCount: 2);

        attempt.Fail(RpcErrorCode.ERPCTIMEDOUT, workingIndex: 0);
        attempt.Fail(RpcErrorCode.ERPCTIMEDOUT, workingIndex: 0);
        Assert.Equal((0, 2.0), (attempt.Index, attempt.CallTimeout.TotalSeconds));
        attempt.Fail(RpcErrorCode.ERPCTIMEDOUT, workingIndex: 0);

        Assert.Equal((1, 0.5), (attempt.Index, attempt.CallTimeout.TotalSeconds));
    }

    [Fact]
    public void Fail_one_full_round_waits()
    {
        var attempt = new MdsAttempt(s_policy, workingIndex: 0, mdsCount: 2);

        TimeSpan afterFirst = attempt.Fail(RpcErrorCode.ECONNREFUSED, workingIndex: 0);
        TimeSpan afterSecond = attempt.Fail(RpcErrorCode.ECONNREFUSED, workingIndex: 0);

        Assert.Equal((TimeSpan.Zero, s_policy.Delay), (afterFirst, afterSecond));
    }
}
