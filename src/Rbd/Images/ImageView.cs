using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a handle looks at: the image as it is, or one of its snapshots.</summary>
/// <param name="SnapshotId"><see cref="Snapshot.HeadId"/>: as it is.</param>
/// <param name="Snapshot">null: as it is, or the snapshot has been removed.</param>
/// <param name="TopLayer">null: the snapshot has been removed.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ImageView(ulong SnapshotId, Snapshot? Snapshot, string? TopLayer, ulong Size, ulong Overlap, ulong Flags)
{
    public bool IsHead => SnapshotId == Rbd.Snapshot.HeadId;

    public bool IsGone => TopLayer is null;

    public static ImageView Of(ImageRecords records, ulong snapshotId)
    {
        ImageHeader header = records.Header.Value;
        if (snapshotId == Rbd.Snapshot.HeadId)
            return new ImageView(snapshotId, null, header.HeadLayer, header.Size, header.Parent?.Overlap ?? 0, header.Flags);
        if (records.FindSnapshot(snapshotId)?.Value is not { } snapshot)
            return new ImageView(snapshotId, null, null, 0, 0, 0);
        ulong overlap = header.Parent is null ? 0 : snapshot.ParentOverlap ?? 0;
        return new ImageView(snapshotId, snapshot.ToSnapshot(), snapshot.Layer, snapshot.Size, overlap, snapshot.Flags);
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public static SnapshotRecord Find(ImageRecords records, ByteName name) => records.FindSnapshot(name)?.Value
        ?? throw new StorageException(Errno.ENOENT, $"image {records.Header.Value.Name} has no snapshot '{name}'");

    /// <exception cref="StorageException">ENOENT.</exception>
    public static SnapshotRecord Find(ImageRecords records, ulong id) => records.FindSnapshot(id)?.Value
        ?? throw new StorageException(Errno.ENOENT, $"image {records.Header.Value.Name} has no snapshot with id {id}");
}
