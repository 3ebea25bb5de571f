namespace CurveRbd.Rados;

/// <summary>What a pool's name and its directory point to.</summary>
internal sealed record PoolReference
{
    public int Version { get; init; } = RadosRecords.Version;

    public required long Id { get; init; }
}
