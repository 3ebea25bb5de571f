namespace CurveRbd.Rbd;

/// <summary>A state in a qcow2 file: where its L1 table lies. The image itself is one too.</summary>
/// <param name="Id">Unique in the file.</param>
/// <param name="Size">Of the disk, in bytes.</param>
/// <param name="L1Length">In entries.</param>
internal sealed record QcowSnapshot(string Id, string Name, DateTimeOffset Created, ulong Size, ulong L1Offset, int L1Length);
