using System.Text.Json.Serialization;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One volume of an image, and what it lies on.</summary>
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

    /// <summary>The layer of the same image that this one lies on; null: none, see <see cref="LiesOnParent"/>.</summary>
    public string? Below { get; init; }

    /// <summary>How much it sees of what it lies on, in bytes; beyond it sees zeros. null: all.</summary>
    public ulong? BelowOverlap { get; init; }

    /// <summary>
    /// Of a plain layer that is being filled from what it lies on: it answers up to here, in bytes, and reads beyond pass through.
    /// null: all of it answers.
    /// </summary>
    public ulong? Filled { get; init; }

    /// <summary>
    /// It is being merged into the layer below, which it alone lies on: its clusters move down there. Everybody who has the layers open
    /// knows before the first one moves.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsMerging { get; init; }

    /// <summary>The id in the header of an overlay's volume; null: this layer's own. A layer that was merged has the volume of the one below it.</summary>
    public string? HeaderId { get; init; }

    /// <summary>Of an overlay, what its header says, in bytes: a layer is merged only into one that is as large.</summary>
    public ulong? Capacity { get; init; }

    /// <summary>
    /// The volume is that of the source of a migration, which has the claim on it: nobody changes or deletes it until the migration ends.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsBorrowed { get; init; }

    /// <summary>Of a layer that is imported, and read where it lies until it is copied, as JSON; there is no volume of its name.</summary>
    public string? SourceSpec { get; init; }

    /// <summary>There is a volume, and it is the image's own.</summary>
    public bool HasOwnVolume => !IsBorrowed && SourceSpec is null;

    /// <summary>It lies on the snapshot that <see cref="ImageHeader.Parent"/> names.</summary>
    public bool LiesOnParent => Below is null && (Kind == LayerKind.Overlay || Filled is not null);

    public VolumePath Path => new(Pool, Volume, Owner);

    /// <summary>What is seen through two layers that see so much, see <see cref="BelowOverlap"/>.</summary>
    public static ulong? Least(ulong? overlap, ulong? other) => overlap < other || other is null ? overlap : other;
}
