namespace CurveRbd.Rados;

/// <summary>What rados_cluster_stat tells. Objects are counted as images' volumes.</summary>
public readonly record struct ClusterStat(ulong TotalBytes, ulong UsedBytes, ulong AvailableBytes, ulong ObjectCount);
