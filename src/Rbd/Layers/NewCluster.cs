namespace CurveRbd.Rbd;

/// <summary>A cluster whose data has been given a place that no entry says yet.</summary>
/// <param name="Cluster">Its index in the region.</param>
internal readonly record struct NewCluster(int Cluster, Layer Layer, uint Place);
