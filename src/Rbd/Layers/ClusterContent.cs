using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where the bytes of a cluster lie, so that two stacks can tell whether theirs are the same without reading them.</summary>
/// <param name="Volume">Of a hole that hides something: the layer that says so. Nothing: no layer says anything.</param>
internal readonly record struct ClusterContent(VolumePath Volume, LayerContentKind Kind, ulong Offset, int Length)
{
    /// <summary>Both read as the same bytes for certain.</summary>
    public bool IsSameAs(ClusterContent other) => (IsHole && other.IsHole) || this == other;

    public bool IsHole => Kind is LayerContentKind.Nothing or LayerContentKind.Zeros;
}
