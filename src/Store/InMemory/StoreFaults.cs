namespace CurveRbd.Store.InMemory;

/// <summary>
/// Lets a test fail, hold up or cut short the n-th call to stores in memory. Give one object to volumes and records to count the
/// calls of both.
/// </summary>
public sealed class StoreFaults
{
    private int _callCount;

    /// <summary>Calls so far.</summary>
    public int CallCount => Volatile.Read(ref _callCount);

    /// <summary>
    /// Asked before each call does anything, with its number from 1 and its name ("WriteAsync", "CommitAsync"): what to throw, or null
    /// to let it pass. To hold a call up, block; to let the process "crash" at call n, throw from there on.
    /// </summary>
    public Func<int, string, Exception?>? Decide { get; set; }

    internal void Before(string call)
    {
        int number = Interlocked.Increment(ref _callCount);
        if (Decide?.Invoke(number, call) is { } failure)
            throw failure;
    }
}
