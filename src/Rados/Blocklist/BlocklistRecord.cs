namespace CurveRbd.Rados;

internal sealed record BlocklistRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required string Address { get; init; }

    public required DateTimeOffset Until { get; init; }
}
