using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A group of images. Every change of what belongs to it puts it anew.</summary>
internal sealed record GroupRecord : VersionedRecord
{
    public required string Id { get; init; }

    public required ByteName Name { get; init; }

    public required ByteName Namespace { get; init; }
}
