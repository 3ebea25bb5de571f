namespace CurveRbd.Curve;

/// <summary>The allocated chunks of one segment (1 GiB) of a volume, by index inside it.</summary>
/// <param name="OriginFileId">Release 1.5: the volume in which it was first allocated; 0 = this one.</param>
internal sealed record Segment(IReadOnlyList<ChunkPlace> Chunks, ulong OriginFileId);
