namespace CurveRbd.Store;

/// <summary>A change that a watch saw.</summary>
/// <param name="Record">The record as put; null when it was deleted or vanished with its session.</param>
/// <param name="Key">Its key; null when changes were missed and the watcher has to read the prefix anew.</param>
public readonly record struct RecordEvent(string? Key, Record? Record);
