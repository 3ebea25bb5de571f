namespace CurveRbd.Native;

/// <summary>
/// Runs what is not the I/O path: on a pool thread, while the caller's waits. Callers come on coroutine stacks of unknown size and
/// with all signals blocked; only little of ours may run there.
/// </summary>
internal static class Control
{
    public static void Run(Func<Task> operation) => Task.Run(operation).GetAwaiter().GetResult();

    public static T Run<T>(Func<Task<T>> operation) => Task.Run(operation).GetAwaiter().GetResult();
}
