namespace CurveRbd.Rbd;

/// <summary>Which image has a name.</summary>
internal sealed record ImageNameRecord : VersionedRecord
{
    public required string Id { get; init; }
}
