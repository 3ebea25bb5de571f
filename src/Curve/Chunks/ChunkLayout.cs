namespace CurveRbd.Curve;

/// <summary>Where a volume's bytes lie in its chunks: one chunk after the other, or striped over several.</summary>
/// <param name="ChunkSize">In bytes.</param>
/// <param name="StripeUnit">Bytes that stay together; equal to ChunkSize when not striped.</param>
/// <param name="StripeCount">Chunks that one stripe goes over; 1 when not striped.</param>
internal readonly record struct ChunkLayout(uint ChunkSize, uint StripeUnit, uint StripeCount)
{
    public bool IsStriped => StripeCount > 1;

    /// <summary>Bytes of the volume that lie in one set of StripeCount chunks.</summary>
    public ulong SetSize => (ulong)ChunkSize * StripeCount;

    public static ChunkLayout Of(CurveFile file) => file.StripeUnit == 0 || file.StripeCount <= 1
        ? new ChunkLayout(file.ChunkSize, file.ChunkSize, 1)
        : new ChunkLayout(file.ChunkSize, (uint)file.StripeUnit, (uint)file.StripeCount);

    /// <summary>The first piece of a range: up to <paramref name="length"/> bytes that lie together in a chunk.</summary>
    public ChunkPiece Locate(ulong offset, ulong length)
    {
        ulong block = offset / StripeUnit;
        ulong inBlock = offset % StripeUnit;
        ulong stripe = block / StripeCount;
        ulong blocksPerChunk = ChunkSize / StripeUnit;
        ulong chunkIndex = (stripe / blocksPerChunk * StripeCount) + (block % StripeCount);
        ulong inChunk = (stripe % blocksPerChunk * StripeUnit) + inBlock;
        return new ChunkPiece(chunkIndex, (uint)inChunk, (uint)Math.Min(StripeUnit - inBlock, length));
    }
}
