namespace CurveRbd.Rbd;

/// <summary>A changed range of a diff, in bytes of the image; or its end.</summary>
internal readonly record struct DiffRecord(DiffTag Tag, ulong Offset, ulong Length)
{
    public bool IsEnd => Tag == DiffTag.End;

    public bool HasData => Tag == DiffTag.Data;

    public ulong End => Offset + Length;
}
