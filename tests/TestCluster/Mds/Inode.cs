using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>A file or directory as the name server stores it.</summary>
internal sealed class Inode
{
    public ulong Id { get; init; }

    public string Name { get; set; } = "";

    public ulong ParentId { get; set; }

    public FileType Type { get; init; }

    public FileStatus Status { get; set; }

    public string Owner { get; set; } = "";

    public ulong Length { get; set; }

    /// <summary>Microseconds since the Unix epoch.</summary>
    public ulong Created { get; init; }

    public ulong SeqNum { get; set; } = 1;

    public ulong Epoch { get; set; } = 1;

    public ulong StripeUnit { get; init; }

    public ulong StripeCount { get; init; }

    /// <summary>Where it was before it was deleted.</summary>
    public string OriginalPath { get; set; } = "";

    /// <summary>Chunk ids of allocated segments, by index.</summary>
    public Dictionary<ulong, ulong[]> Segments { get; init; } = [];
}
