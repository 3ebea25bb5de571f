namespace CurveRbd.Rbd;

/// <summary>Somebody who is asked to bring his own writes to rest before a snapshot.</summary>
internal sealed class QuiesceWatch(Action quiesce, Action unquiesce)
{
    private TaskCompletionSource<int>? _answer;

    /// <summary>Asked, and not told yet that it is over.</summary>
    public bool IsQuiesced => _answer is not null;

    /// <returns>The answer: 0 or a negative errno.</returns>
    public Task<int> Ask()
    {
        _answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> answer = _answer.Task;
        quiesce();
        return answer;
    }

    public void Answer(int result) => _answer?.TrySetResult(result);

    public void Tell()
    {
        _answer = null;
        unquiesce();
    }
}
