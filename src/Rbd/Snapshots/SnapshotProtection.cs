using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Keeps a snapshot from being removed, as clones of format 1 need it.</summary>
internal static class SnapshotProtection
{
    public static ImageHeader Protect(Image image, ImageRecords records, RecordTransaction transaction, SnapshotRecord snapshot)
    {
        if (snapshot.IsProtected)
            throw new StorageException(Errno.EBUSY, $"snapshot '{snapshot.Name}' of image {image.Description} is protected already");
        Put(image, transaction, snapshot with { IsProtected = true });
        return records.Header.Value;
    }

    public static ImageHeader Lift(Image image, ImageRecords records, RecordTransaction transaction, SnapshotRecord snapshot)
    {
        if (!snapshot.IsProtected)
            throw new StorageException(Errno.EINVAL, $"snapshot '{snapshot.Name}' of image {image.Description} is not protected");
        if (records.ChildrenOf(snapshot.Id).Any(child => child.Value.CloneFormat == 1))
        {
            throw new StorageException(
                Errno.EBUSY, $"snapshot '{snapshot.Name}' of image {image.Description} has clones: flatten or remove them first (rbd children shows them)");
        }

        // A clone that is made at this moment changes the snapshot's record, not the header.
        transaction.Require(records.FindSnapshot(snapshot.Id)!.Record);
        Put(image, transaction, snapshot with { IsProtected = false });
        return records.Header.Value;
    }

    private static void Put(Image image, RecordTransaction transaction, SnapshotRecord snapshot) =>
        transaction.PutSnapshot(image.Pool.Keys.Snapshot(image.Id, snapshot.Id), snapshot);
}
