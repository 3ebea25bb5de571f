using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an image has to do with a migration. How far that is, the destination says.</summary>
internal sealed record MigrationLink
{
    public required MigrationRole Role { get; init; }

    /// <summary>Of the other image; absent in a destination that imports what is no image of this cluster's, see <see cref="SourceSpec"/>.</summary>
    public long? PoolId { get; init; }

    public ByteName? Namespace { get; init; }

    public string? ImageId { get; init; }

    /// <summary>Of a destination: the pool whose directory holds the source's volumes, and the claims on them.</summary>
    public long? DataPoolId { get; init; }

    public MigrationState? State { get; init; }

    /// <summary>For people: how far the copying is.</summary>
    public string? StateDescription { get; init; }

    /// <summary>The destination loses its link to a parent at the end.</summary>
    public bool? Flattens { get; init; }

    /// <summary>The commit has begun: there is no way back, and the source is being taken apart.</summary>
    public bool? IsCommitting { get; init; }

    /// <summary>JSON: what is imported.</summary>
    public string? SourceSpec { get; init; }
}
