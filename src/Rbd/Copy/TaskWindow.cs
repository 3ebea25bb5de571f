namespace CurveRbd.Rbd;

/// <summary>
/// Tasks under way, so many at once at most; their results are taken one by one in the order in which they were started.
/// </summary>
/// <param name="max">How many; 0 counts as 1.</param>
/// <param name="take">Gets the result of each that succeeded.</param>
internal sealed class TaskWindow<T>(ulong max, Func<T, ValueTask> take) : IAsyncDisposable
{
    private readonly Queue<Task<T>> _tasks = [];

    /// <summary>Starts one more, once there is room. Throws what an earlier one threw.</summary>
    public async ValueTask AddAsync(Func<Task<T>> start)
    {
        if ((ulong)_tasks.Count >= Math.Max(1, max))
            await TakeOldestAsync().ConfigureAwait(false);
        _tasks.Enqueue(start());
    }

    /// <summary>Waits for all of them.</summary>
    public async ValueTask FinishAsync()
    {
        while (_tasks.Count > 0)
            await TakeOldestAsync().ConfigureAwait(false);
    }

    /// <summary>After a failure: nothing goes on behind the caller's back.</summary>
    public async ValueTask DisposeAsync() =>
        await ((Task)Task.WhenAll(_tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask TakeOldestAsync() => await take(await _tasks.Dequeue().ConfigureAwait(false)).ConfigureAwait(false);
}
