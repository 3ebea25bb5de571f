using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The clones of an image: of the snapshot that the handle shows, or of all.</summary>
internal static unsafe class Children
{
    // int rbd_list_children3(rbd_image_t image, rbd_linked_image_spec_t *images, size_t *max_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children3")]
    public static int List3(nint image, RbdLinkedImageSpec* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            return Put(All(image), images, max);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_list_descendants(rbd_image_t image, rbd_linked_image_spec_t *images, size_t *max_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_descendants")]
    public static int Descendants(nint image, RbdLinkedImageSpec* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Image ancestor = Handles.Images.Get(image).Image;
            return Put(Control.Run(() => ancestor.ListDescendantsAsync(CancellationToken.None)), images, max);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
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

    // int rbd_list_children2(rbd_image_t image, rbd_child_info_t *children, int *max_children)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children2")]
    public static int List2(nint image, RbdChildInfo* children, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            IReadOnlyList<ImageChild> all = All(image);
            if (*max <= all.Count)
            {
                *max = all.Count + 1; // one more for the end of the list
                return Failure.Of(Errno.ERANGE);
            }

            OutBuffer.ThrowIfNull(children);
            for (int i = 0; i < all.Count; i++)
                children[i] = RbdChildInfo.Of(all[i]);
            children[all.Count] = default;
            return all.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_list_child_cleanup(rbd_child_info_t *child)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_child_cleanup")]
    public static void CleanupChild(RbdChildInfo* child)
    {
        try
        {
            if (child is not null)
                RbdChildInfo.Free(child);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_list_children_cleanup(rbd_child_info_t *children, size_t num_children)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children_cleanup")]
    public static void CleanupChildren(RbdChildInfo* children, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                RbdChildInfo.Free(children + i);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // ssize_t rbd_list_children(rbd_image_t image, char *pools, size_t *pools_len, char *images, size_t *images_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_children")]
    public static nint List(nint image, byte* pools, nuint* poolsLength, byte* images, nuint* imagesLength)
    {
        try
        {
            // It cannot tell who is in the trash, and there a name means nothing.
            List<ImageChild> named = All(image).Where(child => !child.IsTrashed).ToList();
            int put = OutBuffer.PutLists(
                named.Select(child => child.PoolName).ToList(), pools, poolsLength, named.Select(child => child.Name).ToList(), images, imagesLength);
            return put < 0 ? put : named.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static IReadOnlyList<ImageChild> All(nint handle)
    {
        Image image = Handles.Images.Get(handle).Image;
        return Control.Run(() => image.ListChildrenAsync(CancellationToken.None));
    }

    private static int Put(IReadOnlyList<ImageChild> children, RbdLinkedImageSpec* images, nuint* max)
    {
        bool fits = (nuint)children.Count <= *max;
        *max = (nuint)children.Count;
        if (!fits)
            return Failure.Of(Errno.ERANGE);
        for (int i = 0; i < children.Count; i++)
            images[i] = RbdLinkedImageSpec.Of(children[i]);
        return 0;
    }
}
