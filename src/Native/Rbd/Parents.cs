using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What a clone was made of.</summary>
internal static unsafe class Parents
{
    // int rbd_get_parent(rbd_image_t image, rbd_linked_image_spec_t *parent_image, rbd_snap_spec_t *parent_snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_parent")]
    public static int Parent(nint image, RbdLinkedImageSpec* parentImage, RbdSnapSpec* parentSnapshot)
    {
        try
        {
            ImageParent parent = Of(image);
            OutBuffer.ThrowIfNull(parentImage);
            OutBuffer.ThrowIfNull(parentSnapshot);
            *parentImage = RbdLinkedImageSpec.Of(parent);
            *parentSnapshot = RbdSnapSpec.Of(parent.Snapshot);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_parent_info(rbd_image_t image, char *parent_poolname, size_t ppoolnamelen, char *parent_name, size_t pnamelen, char *parent_snapname, size_t psnapnamelen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_parent_info")]
    public static int ParentInfo(
        nint image, byte* pool, nuint poolLength, byte* name, nuint nameLength, byte* snapshot, nuint snapshotLength)
    {
        try
        {
            return Put(Of(image), pool, poolLength, name, nameLength, null, 0, snapshot, snapshotLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_parent_info2(rbd_image_t image, char *parent_poolname, size_t ppoolnamelen, char *parent_name, size_t pnamelen, char *parent_id, size_t pidlen, char *parent_snapname, size_t psnapnamelen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_parent_info2")]
    public static int ParentInfo2(
        nint image, byte* pool, nuint poolLength, byte* name, nuint nameLength, byte* id, nuint idLength, byte* snapshot, nuint snapshotLength)
    {
        try
        {
            return Put(Of(image), pool, poolLength, name, nameLength, id, idLength, snapshot, snapshotLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_overlap(rbd_image_t image, uint64_t *overlap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_overlap")]
    public static int Overlap(nint image, ulong* overlap)
    {
        try
        {
            OutBuffer.ThrowIfNull(overlap);
            *overlap = Getters.Fresh(image).Overlap;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_linked_image_spec_cleanup(rbd_linked_image_spec_t *image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_linked_image_spec_cleanup")]
    public static void CleanupImage(RbdLinkedImageSpec* image)
    {
        try
        {
            if (image is not null)
                RbdLinkedImageSpec.Free(image);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_snap_spec_cleanup(rbd_snap_spec_t *snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_spec_cleanup")]
    public static void CleanupSnapshot(RbdSnapSpec* snapshot)
    {
        try
        {
            if (snapshot is not null)
                CString.Free(snapshot->Name);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    private static ImageParent Of(nint handle)
    {
        Image image = Handles.Images.Get(handle).Image;
        return Control.Run(() => image.GetParentAsync(CancellationToken.None).AsTask())
            ?? throw new StorageException(Errno.ENOENT, $"image {image.Name} has no parent");
    }

    private static int Put(
        ImageParent parent, byte* pool, nuint poolLength, byte* name, nuint nameLength, byte* id, nuint idLength, byte* snapshot, nuint snapshotLength)
    {
        bool fits = Fits(parent.PoolName, pool, poolLength)
            && Fits(parent.ImageName, name, nameLength)
            && Fits(parent.ImageId, id, idLength)
            && Fits(parent.Snapshot.TrashOriginalName ?? parent.Snapshot.Name, snapshot, snapshotLength);
        return fits ? 0 : Failure.Of(Errno.ERANGE);
    }

    // NULL: the caller does not want to know.
    private static bool Fits(ByteName value, byte* buffer, nuint length) => buffer is null || OutBuffer.TryPut(value, buffer, length);
}
