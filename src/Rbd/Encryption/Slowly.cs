namespace CurveRbd.Rbd;

/// <summary>Runs what takes seconds of a processor on a thread of its own, which the pool does not miss.</summary>
internal static class Slowly
{
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
