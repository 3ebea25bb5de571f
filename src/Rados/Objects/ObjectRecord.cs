namespace CurveRbd.Rados;

/// <summary>An object but for its data and its omap. Names are encoded as in keys.</summary>
internal sealed record ObjectRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public int Size { get; init; }

    public required DateTimeOffset Modified { get; init; }

    /// <summary>Its data in pieces of <see cref="ObjectLimits.ChunkSize"/>, by the ids of their records; "" = a hole. A piece never changes.</summary>
    public IReadOnlyList<string> Chunks { get; init; } = [];

    /// <summary>Under which id its omap lies; null = it is empty.</summary>
    public string? Omap { get; init; }

    public SortedDictionary<string, byte[]> Attributes { get; init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ObjectLockRecord> Locks { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>A lock on an object.</summary>
internal sealed record ObjectLockRecord
{
    public bool IsExclusive { get; init; }

    /// <summary>Encoded.</summary>
    public string Tag { get; init; } = "";

    public IReadOnlyList<ObjectLockHolder> Holders { get; init; } = [];
}

/// <summary>Who holds a lock.</summary>
/// <param name="Client">"client.4711"</param>
/// <param name="Cookie">Encoded, as is <paramref name="Description"/>.</param>
/// <param name="Expires">null = never.</param>
internal sealed record ObjectLockHolder(string Client, string Cookie, string Description, string Address, DateTimeOffset? Expires);

/// <summary>Records that nothing points at, or not yet.</summary>
internal sealed record ObjectGarbageRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public IReadOnlyList<string> Chunks { get; init; } = [];

    public IReadOnlyList<string> Omaps { get; init; } = [];

    public bool IsEmpty => Chunks.Count == 0 && Omaps.Count == 0;

    public ObjectGarbageRecord With(ObjectGarbageRecord other) =>
        this with { Chunks = [.. Chunks, .. other.Chunks], Omaps = [.. Omaps, .. other.Omaps] };
}
