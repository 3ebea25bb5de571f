namespace CurveRbd.Store;

/// <summary>What a store tells of a volume without opening it. Sizes in bytes; allocated is what it occupies before replication.</summary>
public sealed record VolumeInfo(string Name, ulong Size, ulong Allocated, DateTimeOffset Created);
