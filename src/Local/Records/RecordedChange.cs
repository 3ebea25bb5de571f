using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>A row of the change log. Sequences have no gaps but the one that trimming leaves at the start.</summary>
internal readonly record struct RecordedChange(long Sequence, string Key, Record? Record);
