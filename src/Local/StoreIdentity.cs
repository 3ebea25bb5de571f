namespace CurveRbd.Local;

/// <summary>What a store was given when it was made.</summary>
/// <param name="Fsid">A UUID in lower case.</param>
internal sealed record StoreIdentity(string Fsid, DateTimeOffset Created);
