namespace CurveRbd.Rados;

/// <summary>What rados_cluster_stat tells: bytes before replication; objects are the volumes of all pools.</summary>
public readonly record struct ClusterStat(ulong TotalBytes, ulong UsedBytes, ulong AvailableBytes, ulong ObjectCount);
