namespace CurveRbd.Rbd;

internal enum IoKind
{
    Read,
    Write,
    Zero,

    /// <summary>As zero, of bytes beyond the image's end.</summary>
    Erase,
    WriteSame,

    /// <summary>Gives back the space of runs of zeros, while nobody writes to the range.</summary>
    Sparsify,
    CompareAndWrite,

    /// <summary>Waits for every mutation submitted before it, then makes them durable. Nobody waits for it.</summary>
    Flush,

    /// <summary>Waits for everything submitted before it in its range, and does nothing.</summary>
    Barrier,

    /// <summary>Runs until somebody who looks at the layers themselves is done. Waits for nothing; only a barrier waits for it.</summary>
    Visit,
}
