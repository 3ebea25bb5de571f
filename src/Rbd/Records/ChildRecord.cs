using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A clone of a snapshot, noted with the snapshot's image.</summary>
internal sealed record ChildRecord : VersionedRecord
{
    public required long PoolId { get; init; }

    public required ByteName Namespace { get; init; }

    public required string ImageId { get; init; }

    /// <summary>1 or 2, see <see cref="ParentLink.CloneFormat"/>.</summary>
    public required int CloneFormat { get; init; }
}
