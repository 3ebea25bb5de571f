namespace CurveRbd.Native;

/// <summary>Something to be done on a completion thread. Waits in at most one queue at a time.</summary>
internal abstract class QueuedCallback
{
    /// <summary>The one before it in the queue.</summary>
    internal QueuedCallback? Below { get; set; }

    /// <summary>Must not throw.</summary>
    public abstract void Run();
}
