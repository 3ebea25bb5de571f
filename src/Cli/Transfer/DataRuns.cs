namespace CurveRbd.Cli;

/// <summary>Finds what is worth writing in a buffer: the runs between blocks of zeros.</summary>
internal static class DataRuns
{
    /// <param name="blockSize">A block that is all zeros is a hole, in bytes; blocks lie at multiples of it from the buffer's start.</param>
    public static IEnumerable<Range> Find(ReadOnlyMemory<byte> buffer, int blockSize)
    {
        int start = NextData(buffer, 0, blockSize);
        while (start < buffer.Length)
        {
            int end = NextHole(buffer, start, blockSize);
            yield return start..end;
            start = NextData(buffer, end, blockSize);
        }
    }

    private static int NextData(ReadOnlyMemory<byte> buffer, int offset, int blockSize)
    {
        int zeros = buffer.Span[offset..].IndexOfAnyExcept((byte)0);
        if (zeros < 0)
            return buffer.Length;
        int data = offset + zeros;
        return data - data % blockSize;
    }

    private static int NextHole(ReadOnlyMemory<byte> buffer, int offset, int blockSize)
    {
        while (offset < buffer.Length && buffer.Span.Slice(offset, Math.Min(blockSize, buffer.Length - offset)).ContainsAnyExcept((byte)0))
            offset += blockSize;
        return Math.Min(offset, buffer.Length);
    }
}
