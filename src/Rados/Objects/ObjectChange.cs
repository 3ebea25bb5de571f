namespace CurveRbd.Rados;

/// <summary>What an operation stores.</summary>
/// <param name="Stored">null: the object is removed.</param>
/// <param name="Puts">Pieces of data and entries of the omap.</param>
/// <param name="Garbage">What nothing points at afterwards.</param>
internal sealed record ObjectChange(ObjectRecord? Stored, IReadOnlyList<KeyValuePair<string, byte[]>> Puts, ObjectGarbageRecord Garbage)
{
    public IReadOnlyList<string> NewChunks { get; init; } = [];

    /// <summary>null: its entries are where they were.</summary>
    public string? NewOmap { get; init; }

    public IReadOnlyList<string> RemovedEntries { get; init; } = [];

    /// <summary>Whether one transaction holds it all.</summary>
    public bool FitsOneTransaction =>
        Puts.Count + RemovedEntries.Count <= ObjectLimits.TransactionChangesMax
        && Puts.Sum(put => put.Value.Length) <= ObjectLimits.TransactionBytesMax;
}
