using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an image was at a moment.</summary>
internal sealed record SnapshotRecord : VersionedRecord
{
    /// <summary>Unique in the image, ascending with time.</summary>
    public required ulong Id { get; init; }

    public required ByteName Name { get; init; }

    /// <summary>Of the image, in bytes.</summary>
    public required ulong Size { get; init; }

    public required DateTimeOffset Created { get; init; }

    public bool IsProtected { get; init; }

    public SnapshotNamespaceType NamespaceType { get; init; }

    /// <summary>In the trash namespace: the name that it had. Its clones keep it.</summary>
    public ByteName? OriginalName { get; init; }

    public SnapshotNamespaceType? OriginalNamespaceType { get; init; }

    /// <summary>Of which group's snapshot it is a part; null: of none.</summary>
    public GroupLink? Group { get; init; }

    /// <summary>The frozen layer that holds it. Snapshots with nothing written between them share one.</summary>
    public required string Layer { get; init; }

    /// <summary><see cref="ImageFlags"/> of the image at that moment.</summary>
    public ulong Flags { get; init; }

    /// <summary>How much of the image's parent shows through, in bytes; null: it had none.</summary>
    public ulong? ParentOverlap { get; init; }

    /// <summary>As <see cref="ImageHeader.CutEnd"/>: bytes of its layer from <see cref="Size"/> up to here need not be zeros. 0: all are.</summary>
    public ulong CutEnd { get; init; }

    /// <summary>How much of the layer an image that goes on from here may see, in bytes; null: all.</summary>
    public ulong? Overlap => CutEnd > Size ? Size : null;

    public Snapshot ToSnapshot() => new(Id, Name, Size, NamespaceType, IsProtected, Created, OriginalName)
    {
        OriginalNamespaceType = OriginalNamespaceType ?? SnapshotNamespaceType.User,
    };
}
