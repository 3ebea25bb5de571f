namespace CurveRbd.Store;

/// <summary>
/// Said by who starts a request and knows all that follows its end: nothing there blocks, so a store may complete it on the thread that
/// receives from the network. Without it a store completes requests where they can do no harm.
/// </summary>
public static class InlineContinuation
{
    [ThreadStatic]
    private static bool t_isAllowed;

    /// <summary>Of requests that this thread starts now.</summary>
    public static bool IsAllowed => t_isAllowed;

    /// <summary>Until <see cref="Forbid"/>, for this thread.</summary>
    public static void Allow() => t_isAllowed = true;

    public static void Forbid() => t_isAllowed = false;
}
