namespace CurveRbd.Rados;

/// <summary>A daemon that told the cluster of itself; lives in its session.</summary>
internal sealed record ServiceRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required string Service { get; init; }

    public required string Daemon { get; init; }

    public required ulong Client { get; init; }

    public string Address { get; init; } = "";

    public required DateTimeOffset Since { get; init; }

    public SortedDictionary<string, string> Metadata { get; init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Status { get; init; } = new(StringComparer.Ordinal);
}
