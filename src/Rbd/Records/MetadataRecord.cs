using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The value of one metadata key.</summary>
internal sealed record MetadataRecord : VersionedRecord
{
    public required ByteName Value { get; init; }
}
