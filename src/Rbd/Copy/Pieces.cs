using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Cuts what is moved into pieces that fit into memory.</summary>
internal static class Pieces
{
    /// <summary>In bytes. With <c>rbd_concurrent_management_ops</c> = 10: 40 MiB of memory.</summary>
    public const ulong LengthMax = 4 << 20;

    /// <summary>Pieces end where multiples of their size lie, so that they are whole blocks but for the first and the last.</summary>
    public static IEnumerable<VolumeExtent> Of(VolumeExtent range)
    {
        for (ulong offset = range.Offset; offset < range.End;)
        {
            ulong end = Math.Min(range.End, (offset / LengthMax + 1) * LengthMax);
            yield return new VolumeExtent(offset, end - offset);
            offset = end;
        }
    }
}
