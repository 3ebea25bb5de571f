using System.Collections.Concurrent;

namespace CurveRbd.Native;

/// <summary>The queues of open images. A closed image's queue, with its thread, goes to the next image that needs one.</summary>
internal static class CompletionQueues
{
    private static readonly ConcurrentQueue<CompletionQueue> s_idle = new();

    public static CompletionQueue Rent() => s_idle.TryDequeue(out CompletionQueue? queue) ? queue : new CompletionQueue("rbd-complete");

    /// <param name="queue">Nothing is posted to it any more.</param>
    public static void GiveBack(CompletionQueue queue) => s_idle.Enqueue(queue);
}
