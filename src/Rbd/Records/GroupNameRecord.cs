namespace CurveRbd.Rbd;

/// <summary>Which group has the name.</summary>
internal sealed record GroupNameRecord : VersionedRecord
{
    public required string Id { get; init; }
}
