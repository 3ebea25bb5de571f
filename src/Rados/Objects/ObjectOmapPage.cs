using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Some entries of an object's omap.</summary>
/// <param name="HasMore">There are more after them.</param>
public sealed record ObjectOmapPage(IReadOnlyList<KeyValuePair<ByteName, byte[]>> Entries, bool HasMore);
