using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Groups of images.</summary>
internal static unsafe class Groups
{
    // int rbd_get_group(rbd_image_t image, rbd_group_info_t *group_info, size_t group_info_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_group")]
    public static int OfImage(nint image, RbdGroupInfo* group, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(group);
            Image open = Handles.Images.Get(image).Image;
            if (size != (nuint)sizeof(RbdGroupInfo))
                return Failure.Of(Errno.ERANGE);
            ImageGroup? found = Control.Run(() => open.GetGroupAsync(CancellationToken.None).AsTask());
            *group = new RbdGroupInfo { Name = CString.Duplicate(found?.Name ?? ByteName.Empty), Pool = found?.PoolId ?? -1 };
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

    // int rbd_group_create(rados_ioctx_t p, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_create")]
    public static int Create(nint ioContext, byte* name)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName created = CString.Name(name, "the group's name");
            Control.Run(() => RbdGroups.CreateAsync(context, created, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_remove(rados_ioctx_t p, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_remove")]
    public static int Remove(nint ioContext, byte* name)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName removed = CString.Name(name, "the group's name");
            Control.Run(() => RbdGroups.RemoveAsync(context, removed, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_rename(rados_ioctx_t p, const char *src_name, const char *dest_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_rename")]
    public static int Rename(nint ioContext, byte* from, byte* to)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName source = CString.Name(from, "the group's name");
            ByteName destination = CString.Name(to, "the group's new name");
            Control.Run(() => RbdGroups.RenameAsync(context, source, destination, CancellationToken.None));
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
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            IReadOnlyList<ByteName> all = Control.Run(() => RbdGroups.ListAsync(context, CancellationToken.None));
            nuint needed = OutBuffer.LengthOf(all);
            if (needed > *size)
            {
                *size = needed;
                return Failure.Of(Errno.ERANGE);
            }

            OutBuffer.PutAll(all, names);
            return (int)needed;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_group_get_id(rados_ioctx_t p, const char *group_name, char *group_id, size_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_group_get_id")]
    public static int Id(nint ioContext, byte* name, byte* id, nuint* size)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName wanted = CString.Name(name, "the group's name");
            string found = Control.Run(() => RbdGroups.GetIdAsync(context, wanted, CancellationToken.None));
            return OutBuffer.PutAndTellLength(found, id, size);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
