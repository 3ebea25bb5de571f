namespace CurveRbd.Cli.Nbd;

/// <summary>The requests of a connection that are being served, bounded in number and in bytes. One caller enters; any thread leaves.</summary>
internal sealed class RequestWindow
{
    // Linux has 128 in flight, QEMU 16. The bytes bound what one client makes this process hold.
    private const int CountMax = 256;
    private const long BytesMax = 64 << 20;

    private readonly Lock _lock = new();
    private TaskCompletionSource? _changed;
    private int _count;
    private long _bytes;

    /// <summary>Waits until there is room; a single request always has it.</summary>
    public Task EnterAsync(int bytes) => WhenAsync(
        () => _count == 0 || (_count < CountMax && _bytes + bytes <= BytesMax),
        () =>
        {
            _count++;
            _bytes += bytes;
        });

    public void Leave(int bytes)
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            _count--;
            _bytes -= bytes;
            changed = _changed;
            _changed = null;
        }

        changed?.SetResult();
    }

    /// <summary>Waits until all have left.</summary>
    public Task DrainAsync() => WhenAsync(() => _count == 0, () => { });

    private async Task WhenAsync(Func<bool> condition, Action then)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition())
                {
                    then();
                    return;
                }

                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed.ConfigureAwait(false);
        }
    }
}
