using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Typed puts of the records of an image.</summary>
internal static class PoolTransactions
{
    public static RecordTransaction PutName(this RecordTransaction transaction, string key, string imageId) =>
        transaction.Put(key, Stored.Serialize(new ImageNameRecord { Id = imageId }, RbdJsonContext.Default.ImageNameRecord));

    public static RecordTransaction PutHeader(this RecordTransaction transaction, string key, ImageHeader header) =>
        transaction.Put(key, Stored.Serialize(header, RbdJsonContext.Default.ImageHeader));

    public static RecordTransaction PutLayer(this RecordTransaction transaction, string key, LayerRecord layer) =>
        transaction.Put(key, Stored.Serialize(layer, RbdJsonContext.Default.LayerRecord));

    public static RecordTransaction PutSnapshot(this RecordTransaction transaction, string key, SnapshotRecord snapshot) =>
        transaction.Put(key, Stored.Serialize(snapshot, RbdJsonContext.Default.SnapshotRecord));

    public static RecordTransaction PutClaim(this RecordTransaction transaction, string key, VolumeClaim claim) =>
        transaction.Put(key, Stored.Serialize(claim, RbdJsonContext.Default.VolumeClaim));

    public static RecordTransaction PutChild(this RecordTransaction transaction, string key, ChildRecord child) =>
        transaction.Put(key, Stored.Serialize(child, RbdJsonContext.Default.ChildRecord));

    public static RecordTransaction PutTrash(this RecordTransaction transaction, string key, TrashRecord trash) =>
        transaction.Put(key, Stored.Serialize(trash, RbdJsonContext.Default.TrashRecord));

    public static RecordTransaction PutGroup(this RecordTransaction transaction, string key, GroupRecord group) =>
        transaction.Put(key, Stored.Serialize(group, RbdJsonContext.Default.GroupRecord));

    public static RecordTransaction PutGroupName(this RecordTransaction transaction, string key, string groupId) =>
        transaction.Put(key, Stored.Serialize(new GroupNameRecord { Id = groupId }, RbdJsonContext.Default.GroupNameRecord));

    public static RecordTransaction PutGroupImage(this RecordTransaction transaction, string key, GroupImageRecord image) =>
        transaction.Put(key, Stored.Serialize(image, RbdJsonContext.Default.GroupImageRecord));

    public static RecordTransaction PutGroupSnapshot(this RecordTransaction transaction, string key, GroupSnapshotRecord snapshot) =>
        transaction.Put(key, Stored.Serialize(snapshot, RbdJsonContext.Default.GroupSnapshotRecord));

    public static RecordTransaction PutMarker(this RecordTransaction transaction, string key, long session) =>
        transaction.Put(key, Stored.Serialize(new MarkerRecord(), RbdJsonContext.Default.MarkerRecord), session);
}
