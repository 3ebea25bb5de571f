using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image of a group.</summary>
internal sealed record GroupImageRecord : VersionedRecord
{
    public required long PoolId { get; init; }

    public required ByteName Namespace { get; init; }

    public required string ImageId { get; init; }
}
