namespace CurveRbd.Store;

/// <summary>One small record.</summary>
/// <param name="Key">ASCII, parts separated by '/'.</param>
/// <param name="Revision">The store-wide revision of the transaction that last put it; grows, is never reused.</param>
/// <param name="Session">The session it vanishes with; 0 for a lasting record.</param>
public sealed record Record(string Key, ReadOnlyMemory<byte> Value, long Revision, long Session);
