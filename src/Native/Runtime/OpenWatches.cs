namespace CurveRbd.Native;

/// <summary>The watches of one client, and the thread on which they are told.</summary>
internal sealed class OpenWatches
{
    private readonly List<OpenWatch> _all = [];
    private readonly Lock _lock = new();
    private CompletionQueue? _queue;

    public CompletionQueue Queue
    {
        get
        {
            lock (_lock)
                return _queue ??= CompletionQueues.Rent();
        }
    }

    public void Add(OpenWatch watch)
    {
        lock (_lock)
            _all.Add(watch);
    }

    public void Remove(OpenWatch watch)
    {
        lock (_lock)
            _all.Remove(watch);
    }

    /// <summary>When it returns, all calls that were due have been made.</summary>
    public void Flush()
    {
        var marker = new Marker();
        Queue.Post(marker);
        marker.Passed.Task.GetAwaiter().GetResult();
    }

    public Task FlushAsync()
    {
        var marker = new Marker();
        Queue.Post(marker);
        return marker.Passed.Task;
    }

    public void EndAll()
    {
        OpenWatch[] ending;
        CompletionQueue? queue;
        lock (_lock)
        {
            ending = [.. _all];
            queue = _queue;
            _queue = null;
        }

        foreach (OpenWatch watch in ending)
            watch.End();
        if (queue is not null)
            CompletionQueues.GiveBack(queue);
    }

    private sealed class Marker : QueuedCallback
    {
        public TaskCompletionSource Passed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Run() => Passed.SetResult();
    }
}
