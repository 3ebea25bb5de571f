namespace CurveRbd.Rbd;

/// <summary>Splits data into runs of zeros, which need no space, and of everything else.</summary>
internal static class SparseRuns
{
    /// <param name="offset">Of the data in the image: runs begin and end at multiples of the sparse size there.</param>
    /// <param name="sparseSize">Bytes that are zero together or not at all.</param>
    public static IEnumerable<(int Start, int Length, bool IsZero)> Of(ReadOnlyMemory<byte> data, ulong offset, int sparseSize)
    {
        int runStart = 0;
        bool? runIsZero = null;
        for (int start = 0; start < data.Length;)
        {
            int length = (int)Math.Min((ulong)(data.Length - start), (ulong)sparseSize - (offset + (ulong)start) % (ulong)sparseSize);
            bool isZero = !data.Span.Slice(start, length).ContainsAnyExcept((byte)0);
            if (runIsZero is { } earlier && earlier != isZero)
            {
                yield return (runStart, start - runStart, earlier);
                runStart = start;
            }

            runIsZero = isZero;
            start += length;
        }

        if (runIsZero is { } last)
            yield return (runStart, data.Length - runStart, last);
    }
}
