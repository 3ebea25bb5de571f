using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Parents and children of an image. It can have none yet, so the questions have simple answers.</summary>
internal static unsafe class Clones
{
    // int rbd_get_parent(rbd_image_t image, rbd_linked_image_spec_t *parent_image, rbd_snap_spec_t *parent_snap)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_parent")]
    public static int Parent(nint image, void* parent, void* snapshot)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
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
            Handles.Images.Get(image);
            *overlap = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_flatten(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_flatten")]
    public static int Flatten(nint image)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_flatten_with_progress(rbd_image_t image, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_flatten_with_progress")]
    public static int FlattenWithProgress(nint image, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_list_children3(rbd_image_t image, rbd_linked_image_spec_t *images, size_t *max_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children3")]
    public static int Children3(nint image, void* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Handles.Images.Get(image);
            *max = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_list_descendants(rbd_image_t image, rbd_linked_image_spec_t *images, size_t *max_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_descendants")]
    public static int Descendants(nint image, void* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Handles.Images.Get(image);
            *max = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rbd_list_children(rbd_image_t image, char *pools, size_t *pools_len, char *images, size_t *images_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children")]
    public static nint Children(nint image, byte* pools, nuint* poolsLength, byte* images, nuint* imagesLength)
    {
        try
        {
            OutBuffer.ThrowIfNull(poolsLength);
            OutBuffer.ThrowIfNull(imagesLength);
            Handles.Images.Get(image);
            *poolsLength = 0;
            *imagesLength = 0;
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

    // void rbd_linked_image_spec_list_cleanup(rbd_linked_image_spec_t *images, size_t num_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_linked_image_spec_list_cleanup")]
    public static void CleanupImages(RbdLinkedImageSpec* images, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                RbdLinkedImageSpec.Free(images + i);
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
}
