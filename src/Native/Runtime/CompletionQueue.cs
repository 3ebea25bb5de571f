using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>
/// A thread that runs callbacks of the host one after the other, in the order in which they were posted. Not a pool thread and none
/// of the store's: a callback may block for long. Posting takes no lock and allocates nothing.
/// </summary>
internal sealed unsafe class CompletionQueue
{
    // Callbacks are the host's code and run on this stack: Python's interpreter is the hungriest known.
    private const int StackSize = 512 * 1024;

    private const int Awake = 0;
    private const int Asleep = 1;

    private readonly int* _sleep = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private QueuedCallback? _newest;

    public CompletionQueue(string name) => new Thread(Serve, StackSize) { IsBackground = true, Name = name }.Start();

    /// <summary>Not for one image but for what has none: opening, closing.</summary>
    public static CompletionQueue Shared { get; } = new("rbd-complete");

    public void Post(QueuedCallback callback)
    {
        QueuedCallback? newest = Volatile.Read(ref _newest);
        while (true)
        {
            callback.Below = newest;
            QueuedCallback? found = Interlocked.CompareExchange(ref _newest, callback, newest);
            if (found == newest)
                break;
            newest = found;
        }

        if (Volatile.Read(ref *_sleep) == Asleep && Interlocked.Exchange(ref *_sleep, Awake) == Asleep)
            Libc.WakeAll(_sleep);
    }

    private void Serve()
    {
        while (true)
        {
            QueuedCallback? oldest = TakeAll();
            if (oldest is null)
                Sleep();
            while (oldest is not null)
            {
                QueuedCallback callback = oldest;
                oldest = callback.Below;
                callback.Below = null;
                callback.Run();
            }
        }
    }

    private QueuedCallback? TakeAll()
    {
        QueuedCallback? oldest = null;
        QueuedCallback? newest = Interlocked.Exchange(ref _newest, null);
        while (newest is not null)
        {
            QueuedCallback? below = newest.Below;
            newest.Below = oldest;
            oldest = newest;
            newest = below;
        }

        return oldest;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref *_sleep, Asleep);
        if (Volatile.Read(ref _newest) is null)
            Libc.Wait(_sleep, Asleep);
        Volatile.Write(ref *_sleep, Awake);
    }
}
