namespace CurveRbd.Rbd;

/// <summary>
/// A request has read what it is to write with its own bytes, and can't rely on it any more. It has written nothing of that, and is
/// done again once it is known where the layers are.
/// </summary>
internal sealed class UncertainReadException() : Exception("the session was lost while this was read");
