namespace CurveRbd.Store;

/// <summary>A store as operators see it. Capacities in bytes, before replication.</summary>
/// <param name="Fsid">The cluster's id, a UUID in lower case.</param>
/// <param name="Monitors">Who answers for the namespace (CurveBS: the MDS). Local: one made-up member.</param>
/// <param name="Nodes">Who holds data (CurveBS: chunkservers). Local: the file system.</param>
public sealed record StoreStatus(
    string Fsid,
    DateTimeOffset Created,
    ulong TotalBytes,
    ulong UsedBytes,
    ulong AvailableBytes,
    int Replicas,
    IReadOnlyList<StoreMonitor> Monitors,
    IReadOnlyList<StoreNode> Nodes);

/// <summary>A member of the control path. Address is host:port.</summary>
public sealed record StoreMonitor(string Name, string Address, bool IsUp, bool IsLeader);

/// <summary>A member of the data path. Address is host:port; sizes in bytes.</summary>
public sealed record StoreNode(int Id, string Address, bool IsUp, ulong TotalBytes, ulong UsedBytes);
