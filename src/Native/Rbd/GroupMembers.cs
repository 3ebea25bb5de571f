using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Which images belong to a group.</summary>
internal static unsafe class GroupMembers
{
    // int rbd_group_image_add(rados_ioctx_t group_p, const char *group_name, rados_ioctx_t image_p, const char *image_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_image_add")]
    public static int Add(nint groupContext, byte* group, nint imageContext, byte* image)
    {
        try
        {
            IoContext groupIo = Handles.IoContexts.Get(groupContext).Context.Clone();
            IoContext imageIo = Handles.IoContexts.Get(imageContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            ByteName imageName = CString.Name(image, "the image's name");
            Control.Run(() => GroupImages.AddAsync(groupIo, groupName, imageIo, imageName, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_image_remove(rados_ioctx_t group_p, const char *group_name, rados_ioctx_t image_p, const char *image_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_image_remove")]
    public static int Remove(nint groupContext, byte* group, nint imageContext, byte* image)
    {
        try
        {
            IoContext groupIo = Handles.IoContexts.Get(groupContext).Context.Clone();
            IoContext imageIo = Handles.IoContexts.Get(imageContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            ByteName imageName = CString.Name(image, "the image's name");
            Control.Run(() => GroupImages.RemoveAsync(groupIo, groupName, imageIo, imageName, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_image_remove_by_id(rados_ioctx_t group_p, const char *group_name, rados_ioctx_t image_p, const char *image_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_image_remove_by_id")]
    public static int RemoveById(nint groupContext, byte* group, nint imageContext, byte* imageId)
    {
        try
        {
            IoContext groupIo = Handles.IoContexts.Get(groupContext).Context.Clone();
            IoContext imageIo = Handles.IoContexts.Get(imageContext).Context.Clone();
            ByteName groupName = CString.Name(group, "the group's name");
            string id = CString.Text(imageId, "the image's id");
            Control.Run(() => GroupImages.RemoveByIdAsync(groupIo, groupName, imageIo, id, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_image_list(rados_ioctx_t group_p, const char *group_name, rbd_group_image_info_t *images, size_t group_image_info_size, size_t *num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_image_list")]
    public static int List(nint ioContext, byte* group, RbdGroupImageInfo* images, nuint entrySize, nuint* count)
    {
        try
        {
            OutBuffer.ThrowIfNull(count);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName name = CString.Name(group, "the group's name");
            if (entrySize != (nuint)sizeof(RbdGroupImageInfo))
                return Failure.Of(Errno.ERANGE);
            IReadOnlyList<GroupImage> all = Control.Run(() => GroupImages.ListAsync(context, name, CancellationToken.None));
            bool fits = (nuint)all.Count <= *count;
            *count = (nuint)all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                images[i] = new RbdGroupImageInfo { Name = CString.Duplicate(all[i].Name), Pool = all[i].PoolId };
            return all.Count;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_image_list_cleanup(rbd_group_image_info_t *images, size_t group_image_info_size, size_t num_entries)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_image_list_cleanup")]
    public static int CleanupList(RbdGroupImageInfo* images, nuint entrySize, nuint count)
    {
        try
        {
            if (entrySize != (nuint)sizeof(RbdGroupImageInfo))
                return Failure.Of(Errno.ERANGE);
            for (nuint i = 0; i < count; i++)
                CString.Free(images[i].Name);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
