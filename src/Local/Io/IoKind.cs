namespace CurveRbd.Local;

/// <summary>What an <see cref="IoOperation"/> does.</summary>
internal enum IoKind
{
    Read,
    Write,
    Zero,
    Sync,
    FindData,
    Resize,
}
