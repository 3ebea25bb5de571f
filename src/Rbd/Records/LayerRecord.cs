using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One volume of an image.</summary>
internal sealed record LayerRecord : VersionedRecord
{
    public required LayerKind Kind { get; init; }

    /// <summary>The pool's directory.</summary>
    public required string Pool { get; init; }

    /// <summary>The volume's name in it.</summary>
    public required string Volume { get; init; }

    public required string Owner { get; init; }

    /// <summary>The volume is being renamed: it has this name or still <see cref="Volume"/>.</summary>
    public string? MovingTo { get; init; }

    public VolumePath Path => new(Pool, Volume, Owner);
}
