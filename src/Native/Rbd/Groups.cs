using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Groups of images. None can be made yet.</summary>
internal static unsafe class Groups
{
    // int rbd_get_group(rbd_image_t image, rbd_group_info_t *group_info, size_t group_info_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_group")]
    public static int OfImage(nint image, RbdGroupInfo* group, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(group);
            Handles.Images.Get(image);
            if (size != (nuint)sizeof(RbdGroupInfo))
                return Failure.Of(Errno.ERANGE);
            *group = new RbdGroupInfo { Name = CString.Duplicate(ByteName.Empty), Pool = -1 };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_info_cleanup(rbd_group_info_t *group_info, size_t group_info_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_info_cleanup")]
    public static int Cleanup(RbdGroupInfo* group, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdGroupInfo))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(group);
            CString.Free(group->Name);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_list(rados_ioctx_t p, char *names, size_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_list")]
    public static int List(nint ioContext, byte* names, nuint* size)
    {
        try
        {
            OutBuffer.ThrowIfNull(size);
            Handles.IoContexts.Get(ioContext);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
