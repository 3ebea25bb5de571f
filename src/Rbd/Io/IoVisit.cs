namespace CurveRbd.Rbd;

/// <summary>
/// Somebody looks at the layers themselves: they stay in their order until this is disposed. Meant to be short, or to end when it is
/// interrupted.
/// </summary>
internal sealed class IoVisit : IDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _interrupted = new();
    private readonly Action<IoVisit> _onEnd;

    public IoVisit(Action<IoVisit> onEnd) => _onEnd = onEnd;

    public Task Begun => _begun.Task;

    /// <summary>Cancelled when somebody waits for the end.</summary>
    public CancellationToken Interrupted => _interrupted.Token;

    /// <returns>Completes when the visit is over.</returns>
    public ValueTask Begin()
    {
        _begun.SetResult();
        return new ValueTask(_ended.Task);
    }

    public void Interrupt() => _interrupted.Cancel();

    public void Dispose()
    {
        _onEnd(this);
        _ended.TrySetResult();
    }
}
