namespace CurveRbd.Rados;

/// <summary>How much a pool holds: bytes that its volumes occupy (before replication), and how many volumes there are.</summary>
public readonly record struct PoolStat(ulong StoredBytes, ulong ObjectCount);
