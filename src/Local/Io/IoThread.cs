using System.Diagnostics;

namespace CurveRbd.Local;

/// <summary>A thread that runs requests to files.</summary>
internal sealed class IoThread(IoQueue queue, int number)
{
    // Continuations run here too, records included; a stack costs only what is touched.
    private const int StackSize = 1024 * 1024;

    // A consumer with one request in flight asks again within this time; the wake-up that it saves costs more.
    private static readonly long s_patience = Environment.ProcessorCount == 1 ? 0 : Stopwatch.Frequency / 1_000_000 * 20;

    private readonly WakeWord _word = new();
    private bool _isStarted;

    /// <returns>false: the process may not start another thread.</returns>
    public bool TryWake()
    {
        if (_isStarted)
        {
            _word.Wake();
            return true;
        }

        _isStarted = true;
        try
        {
            new Thread(Run, StackSize) { IsBackground = true, Name = $"rbd-io-{number}" }.UnsafeStart();
            return true;
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    public void PrepareToSleep() => _word.Arm();

    private void Run()
    {
        HostSignals.BlockInThisThread();
        bool isSearching = true;
        while (true)
        {
            if (queue.Take(ref isSearching) is { } operation)
                operation.Run();
            else if (!WaitBriefly() && queue.TrySleep(this, ref isSearching))
                isSearching = Sleep();
        }
    }

    // Whoever wakes a thread has counted it as searching.
    private bool Sleep()
    {
        _word.Wait();
        return true;
    }

    private bool WaitBriefly()
    {
        long end = Stopwatch.GetTimestamp() + s_patience;
        while (queue.IsEmpty)
        {
            if (Stopwatch.GetTimestamp() >= end)
                return false;
            Thread.SpinWait(10);
        }

        return true;
    }
}
