namespace CurveRbd.Rbd.Tests;

/// <summary>Holds up chosen store calls until the test lets them go.</summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private readonly List<(string Call, TaskCompletionSource Release)> _held = [];
    private readonly Func<string, bool> _holds;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Gate(Interceptor interceptor, Func<string, bool> holds)
    {
        _holds = holds;
        interceptor.Before = HoldAsync;
    }

    public IReadOnlyList<string> Held
    {
        get
        {
            lock (_lock)
                return _held.Select(held => held.Call).ToList();
        }
    }

    public async Task WaitForAsync(int count)
    {
        while (true)
        {
            Task arrived;
            lock (_lock)
            {
                if (_held.Count >= count)
                    return;
                arrived = _arrived.Task;
            }

            await arrived;
        }
    }

    public void Release(string call)
    {
        TaskCompletionSource release;
        lock (_lock)
        {
            int index = _held.FindIndex(held => held.Call == call);
            release = _held[index].Release;
            _held.RemoveAt(index);
        }

        release.SetResult();
    }

    private Task HoldAsync(string call)
    {
        if (!_holds(call))
            return Task.CompletedTask;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _held.Add((call, release));
            _arrived.TrySetResult();
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return release.Task;
    }
}
