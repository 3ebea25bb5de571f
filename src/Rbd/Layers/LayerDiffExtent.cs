namespace CurveRbd.Rbd;

/// <summary>A range of an image that differs, in bytes.</summary>
/// <param name="Exists">false: it is a hole now.</param>
internal readonly record struct LayerDiffExtent(ulong Offset, ulong Length, bool Exists)
{
    public ulong End => Offset + Length;
}
