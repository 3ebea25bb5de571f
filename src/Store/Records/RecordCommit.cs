namespace CurveRbd.Store;

/// <summary>What became of a transaction.</summary>
/// <param name="Succeeded">false: a condition did not hold and nothing was changed.</param>
/// <param name="Revision">Of the records it put when it succeeded.</param>
public readonly record struct RecordCommit(bool Succeeded, long Revision);
