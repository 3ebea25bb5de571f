using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A snapshot of an image.</summary>
/// <param name="Id">Unique in the image, ascending with time.</param>
/// <param name="Size">Of the image at that moment, in bytes.</param>
/// <param name="TrashOriginalName">In the trash namespace: the name that it had.</param>
public sealed record Snapshot(
    ulong Id,
    ByteName Name,
    ulong Size,
    SnapshotNamespaceType NamespaceType,
    bool IsProtected,
    DateTimeOffset Created,
    ByteName? TrashOriginalName)
{
    /// <summary>Stands for the image itself where a snapshot's id is asked for (<c>CEPH_NOSNAP</c>).</summary>
    public const ulong HeadId = ulong.MaxValue - 1;

    /// <summary>In the trash namespace: the one that it was in.</summary>
    public SnapshotNamespaceType OriginalNamespaceType { get; init; }
}
