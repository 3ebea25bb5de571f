namespace CurveRbd.Rbd;

/// <summary>
/// One piece of work for any number of callers, one run of it at a time: whoever comes while it runs shares the next run, because
/// the running one may have begun before his change.
/// </summary>
internal sealed class GroupCommit(Func<Task> work)
{
    private readonly Lock _lock = new();
    private bool _isRunning;
    private TaskCompletionSource? _next;

    /// <summary>Completes when a run that began after this call is over, with that run's error.</summary>
    public Task RunAsync()
    {
        lock (_lock)
        {
            if (_isRunning)
                return (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            _isRunning = true;
        }

        return RunFirstAsync();
    }

    private async Task RunFirstAsync()
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            if (TakeNext() is { } waiting)
                _ = Task.Run(() => ServeAsync(waiting));
        }
    }

    // Its failures are the waiters'.
    private async Task ServeAsync(TaskCompletionSource? waiting)
    {
        for (; waiting is not null; waiting = TakeNext())
        {
            try
            {
                await work().ConfigureAwait(false);
                waiting.SetResult();
            }
            catch (Exception error)
            {
                waiting.SetException(error);
            }
        }
    }

    private TaskCompletionSource? TakeNext()
    {
        lock (_lock)
        {
            TaskCompletionSource? waiting = _next;
            _next = null;
            _isRunning = waiting is not null;
            return waiting;
        }
    }
}
