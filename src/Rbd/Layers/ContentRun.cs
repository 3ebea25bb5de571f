using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where a range of an image lies, so that two states of it can tell whether they are the same there without reading them.</summary>
/// <param name="Offset">In the image, in bytes.</param>
/// <param name="Volume">Of a hole that hides something: the layer that says so. Nothing: no layer says anything.</param>
/// <param name="VolumeOffset">Where it begins on the volume, in bytes.</param>
internal readonly record struct ContentRun(ulong Offset, ulong Length, LayerContentKind Kind, VolumePath Volume, ulong VolumeOffset)
{
    public ulong End => Offset + Length;

    public bool IsHole => Kind is LayerContentKind.Nothing or LayerContentKind.Zeros;

    public static ContentRun Nothing(ulong offset, ulong length) => new(offset, length, LayerContentKind.Nothing, default, 0);

    /// <summary>Both read as the same bytes, for certain, wherever they overlap.</summary>
    public bool IsSameAs(ContentRun other) =>
        (IsHole && other.IsHole)
        || (Kind == other.Kind && Volume == other.Volume && VolumeOffset - Offset == other.VolumeOffset - other.Offset);

    public ContentRun Cut(ulong offset, ulong end) =>
        this with { Offset = offset, Length = end - offset, VolumeOffset = VolumeOffset + (offset - Offset) };
}
