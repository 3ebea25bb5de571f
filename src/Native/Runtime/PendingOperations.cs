namespace CurveRbd.Native;

/// <summary>Operations that nobody waits for now, but a flush may.</summary>
internal sealed class PendingOperations
{
    private readonly HashSet<Task> _all = [];
    private readonly Lock _lock = new();

    /// <param name="operation">Must not fail.</param>
    public void Add(Task operation)
    {
        lock (_lock)
            _all.Add(operation);
        _ = operation.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task WhenAllAsync()
    {
        lock (_lock)
            return Task.WhenAll(_all);
    }

    private void Remove(Task operation)
    {
        lock (_lock)
            _all.Remove(operation);
    }
}
