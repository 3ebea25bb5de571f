namespace CurveRbd.Native;

/// <summary>
/// Runs an operation on the pool while the calling thread runs the operation's callbacks: they may block for long (Python takes its
/// big lock there), which a pool thread must not be exposed to by strangers.
/// </summary>
internal sealed class CallerThread
{
    private readonly object _gate = new();
    private Func<int>? _callback;
    private int _answer;
    private bool _isAnswered;
    private bool _isOver;

    public static void Run(Func<CallerThread, Task> operation) =>
        Run(async caller =>
        {
            await operation(caller).ConfigureAwait(false);
            return 0;
        });

    public static T Run<T>(Func<CallerThread, Task<T>> operation)
    {
        var caller = new CallerThread();
        Task<T> running = Task.Run(() => operation(caller));
        running.ConfigureAwait(false).GetAwaiter().OnCompleted(caller.Leave);
        caller.Serve();
        return running.GetAwaiter().GetResult();
    }

    /// <summary>Runs <paramref name="callback"/> on the calling thread and waits for its answer.</summary>
    public int Invoke(Func<int> callback)
    {
        lock (_gate)
        {
            _callback = callback;
            _isAnswered = false;
            Monitor.PulseAll(_gate);
            while (!_isAnswered)
                Monitor.Wait(_gate);
            return _answer;
        }
    }

    private void Serve()
    {
        lock (_gate)
        {
            while (true)
            {
                while (_callback is null && !_isOver)
                    Monitor.Wait(_gate);
                if (_callback is not { } callback)
                    return;
                _callback = null;
                Answer(callback);
            }
        }
    }

    private void Answer(Func<int> callback)
    {
        Monitor.Exit(_gate);
        int answer;
        try
        {
            answer = callback();
        }
        finally
        {
            Monitor.Enter(_gate);
        }

        _answer = answer;
        _isAnswered = true;
        Monitor.PulseAll(_gate);
    }

    private void Leave()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }
}
