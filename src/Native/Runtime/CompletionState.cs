namespace CurveRbd.Native;

/// <summary>The life of a completion, in order.</summary>
internal enum CompletionState
{
    /// <summary>Not handed to an operation yet.</summary>
    Idle = 0,
    InFlight = 1,

    /// <summary>The value is final; the callback has not returned yet.</summary>
    Done = 2,

    /// <summary>The callback has returned. Waiters go on.</summary>
    Complete = 3,
}
