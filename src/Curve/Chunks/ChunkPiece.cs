namespace CurveRbd.Curve;

/// <summary>A range inside one chunk, in bytes.</summary>
internal readonly record struct ChunkPiece(ulong ChunkIndex, uint Offset, uint Length);
