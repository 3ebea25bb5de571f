namespace CurveRbd.Curve;

/// <summary>Where a chunk is: its copyset and its cluster-wide id.</summary>
internal readonly record struct ChunkPlace(Copyset Copyset, ulong ChunkId);
