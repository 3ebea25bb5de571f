namespace CurveRbd.Rados;

/// <summary>Where a value came from. A later one wins over an earlier one, in whatever order they are read.</summary>
internal enum ConfSource
{
    File,
    Environment,
    Argument,
    Set,
}
