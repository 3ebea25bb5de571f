namespace CurveRbd.Rados;

/// <summary>Who wants to hear of something. Added and removed from any thread, also from within a call.</summary>
public sealed class Callbacks
{
    private readonly Lock _lock = new();
    private readonly List<Action> _all = [];

    /// <returns>Dispose it to hear no more; a call that is under way is not waited for.</returns>
    public IDisposable Add(Action callback)
    {
        lock (_lock)
            _all.Add(callback);
        return new Registration(this, callback);
    }

    /// <summary>Calls all, one after another, on this thread.</summary>
    public void Invoke()
    {
        foreach (Action callback in ToArray())
            callback();
    }

    /// <summary>Those of this moment.</summary>
    public IReadOnlyList<Action> ToArray()
    {
        lock (_lock)
            return [.. _all];
    }

    private sealed class Registration(Callbacks callbacks, Action callback) : IDisposable
    {
        public void Dispose()
        {
            lock (callbacks._lock)
                callbacks._all.Remove(callback);
        }
    }
}
