using System.Collections.Concurrent;

namespace CurveRbd.TestCluster;

/// <summary>The thread that lives as long as the process, and what others want to be done on it.</summary>
internal sealed class MainThread : IDisposable
{
    private readonly BlockingCollection<Action> _orders = [];

    /// <summary>Works until <see cref="Complete"/>.</summary>
    public void Run()
    {
        foreach (Action order in _orders.GetConsumingEnumerable())
            order();
    }

    public void Complete() => _orders.CompleteAdding();

    public Task<T> DoAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    public void Dispose() => _orders.Dispose();
}
