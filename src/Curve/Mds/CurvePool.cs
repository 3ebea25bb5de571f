namespace CurveRbd.Curve;

/// <summary>A logical pool of the cluster: a set of copysets with one number of replicas.</summary>
internal sealed record CurvePool(string Name, int Replicas, DateTimeOffset Created);
