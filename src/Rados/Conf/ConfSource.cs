namespace CurveRbd.Rados;

/// <summary>Where a value came from. A later one wins over an earlier one, in whatever order they are read.</summary>
internal enum ConfSource
{
    /// <summary>What the cluster keeps for its clients.</summary>
    Cluster,
    File,
    Environment,
    Argument,
    Set,
}
