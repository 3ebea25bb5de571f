namespace CurveRbd.Cli;

/// <summary>A piece of an image or file that one request moves, in bytes.</summary>
internal readonly record struct Chunk(ulong Offset, int Length)
{
    /// <summary>
    /// An object of RBD's default size: large enough for the store's bandwidth, small enough to keep many in memory at once.
    /// </summary>
    public const int LengthMax = 4 * 1024 * 1024;

    public ulong End => Offset + (ulong)Length;

    /// <summary>Cuts [offset, end) at multiples of <see cref="LengthMax"/>.</summary>
    public static IEnumerable<Chunk> Cut(ulong offset, ulong end)
    {
        while (offset < end)
        {
            ulong boundary = offset - offset % LengthMax + LengthMax;
            var chunk = new Chunk(offset, (int)(Math.Min(boundary, end) - offset));
            yield return chunk;
            offset = chunk.End;
        }
    }
}
