using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an image is.</summary>
internal sealed record ImageHeader : VersionedRecord
{
    public required string Id { get; init; }

    public required ByteName Name { get; init; }

    public required ByteName Namespace { get; init; }

    /// <summary>In bytes, exact.</summary>
    public required ulong Size { get; init; }

    /// <summary>
    /// Volume bytes from <see cref="Size"/> up to here may hold data that a shrink cut off and has not zeroed yet; they must be
    /// zeroed before the image grows over them. 0: none.
    /// </summary>
    public ulong CutEnd { get; init; }

    /// <summary>log2 of the object size.</summary>
    public required int Order { get; init; }

    public required ulong Features { get; init; }

    public ulong OpFeatures { get; init; }

    public ulong Flags { get; init; }

    /// <summary>In bytes.</summary>
    public required ulong StripeUnit { get; init; }

    public required ulong StripeCount { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The pool whose directory holds the volumes; the image's own when no data pool was asked for.</summary>
    public required long DataPoolId { get; init; }

    /// <summary>The layer that is written.</summary>
    public required string HeadLayer { get; init; }

    /// <summary>The last snapshot id given.</summary>
    public ulong SnapshotSeq { get; init; }

    /// <summary>How many snapshots there may be; null: any number.</summary>
    public ulong? SnapshotLimit { get; init; }

    /// <summary>What the image, or at least one of its snapshots, is a clone of.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>The group that it belongs to; null: none.</summary>
    public GroupLink? Group { get; init; }

    /// <summary>It is one of the two images of a migration; null: of none.</summary>
    public MigrationLink? Migration { get; init; }

    public ulong ObjectSize => 1ul << Order;

    public ulong ObjectCount => ImageGeometry.CountObjects(Size, Order, StripeUnit, StripeCount);
}
