namespace CurveRbd.Rbd.Tests;

/// <summary>Sees the calls to a store, in order; may hold one up or make it fail.</summary>
internal sealed class Interceptor
{
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];

    /// <summary>Awaited before a call goes to the store.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited after the store has done it.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public async Task<T> RunAsync<T>(string call, Func<Task<T>> run)
    {
        Note(call);
        await Before(call);
        T result = await run();
        await After(call);
        return result;
    }

    public Task RunAsync(string call, Func<Task> run) => RunAsync(
        call,
        async () =>
        {
            await run();
            return 0;
        });

    private void Note(string call)
    {
        lock (_lock)
            _calls.Add(call);
    }
}
