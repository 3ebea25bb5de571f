namespace CurveRbd.Rbd;

/// <summary>What a compare-and-write did.</summary>
/// <param name="Length">Bytes written; 0 when they differed.</param>
/// <param name="Mismatch">Index of the first byte that differed, relative to the request; -1 when all were equal.</param>
public readonly record struct CompareAndWriteResult(int Length, int Mismatch)
{
    public bool IsMatch => Mismatch < 0;
}
