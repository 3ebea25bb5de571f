namespace CurveRbd.Rados;

/// <summary>A client's operations on one object happen in the order in which it asked for them.</summary>
internal sealed class ObjectOrder
{
    private readonly Dictionary<string, Task> _last = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <param name="key">Of the object.</param>
    public Task<T> RunAsync<T>(string key, Func<Task<T>> operation)
    {
        Task<T> mine;
        lock (_lock)
        {
            Task? before = _last.GetValueOrDefault(key);
            mine = RunAfterAsync(before, operation);
            _last[key] = mine;
        }

        _ = mine.ContinueWith(
            over => Forget(key, over), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return mine;
    }

    /// <summary>Ends when everything asked for so far is over, well or not.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
            return Task.WhenAll(_last.Values.Select(task => task.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
    }

    private static async Task<T> RunAfterAsync<T>(Task? before, Func<Task<T>> operation)
    {
        // Not on the caller's thread, which may have a stack of unknown size.
        await Task.Yield();
        if (before is not null)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await operation().ConfigureAwait(false);
    }

    private void Forget(string key, Task over)
    {
        lock (_lock)
        {
            if (_last.GetValueOrDefault(key) == over)
                _last.Remove(key);
        }
    }
}
