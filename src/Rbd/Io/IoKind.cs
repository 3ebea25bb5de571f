namespace CurveRbd.Rbd;

internal enum IoKind
{
    Read,
    Write,
    Zero,
    WriteSame,
    CompareAndWrite,

    /// <summary>Waits for every mutation submitted before it, then makes them durable. Nobody waits for it.</summary>
    Flush,

    /// <summary>Waits for everything submitted before it in its range, and does nothing.</summary>
    Barrier,
}
