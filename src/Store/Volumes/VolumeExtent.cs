namespace CurveRbd.Store;

/// <summary>A range of a volume, in bytes.</summary>
public readonly record struct VolumeExtent(ulong Offset, ulong Length)
{
    public ulong End => Offset + Length;
}
