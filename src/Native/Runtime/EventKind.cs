namespace CurveRbd.Native;

/// <summary>EVENT_TYPE_*: what is written to a caller's file for each completion.</summary>
internal enum EventKind
{
    /// <summary>One byte.</summary>
    Pipe = 1,

    /// <summary>A 64-bit one.</summary>
    EventFd = 2,
}
