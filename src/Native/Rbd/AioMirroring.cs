using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The same answers as <see cref="MirrorImages"/> and <see cref="Mirroring"/>, through completions.</summary>
internal static unsafe class AioMirroring
{
    // int rbd_aio_mirror_image_create_snapshot(rbd_image_t image, uint32_t flags, uint64_t *snap_id, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_create_snapshot")]
    public static int CreateSnapshot(nint image, uint flags, ulong* snapshotId, nint completion)
    {
        try
        {
            return Refuse(image, completion, Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_demote(rbd_image_t image, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_demote")]
    public static int Demote(nint image, nint completion)
    {
        try
        {
            return Refuse(image, completion, Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_promote(rbd_image_t image, _Bool force, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_promote")]
    public static int Promote(nint image, byte force, nint completion)
    {
        try
        {
            return Refuse(image, completion, Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_get_global_status(rbd_image_t image, rbd_mirror_image_global_status_t *mirror_global_image_status, size_t status_size, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_get_global_status")]
    public static int GlobalStatus(nint image, RbdMirrorImageGlobalStatus* status, nuint size, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(status);
            Image open = Handles.Images.Get(image).Image;
            if (size != (nuint)sizeof(RbdMirrorImageGlobalStatus))
                return Failure.Of(Errno.ERANGE);
            Completion told = CompletionPool.Get(completion);
            told.Start();
            *status = RbdMirrorImageGlobalStatus.Unknown(open.Name);
            told.Follow(Task.CompletedTask);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_get_status(rbd_image_t image, rbd_mirror_image_status_t *mirror_image_status, size_t status_size, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_get_status")]
    public static int Status(nint image, RbdMirrorImageStatus* status, nuint size, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(status);
            Image open = Handles.Images.Get(image).Image;
            if (size != (nuint)sizeof(RbdMirrorImageStatus))
                return Failure.Of(Errno.ERANGE);
            Completion told = CompletionPool.Get(completion);
            told.Start();
            *status = RbdMirrorImageStatus.Unknown(open.Name);
            told.Follow(Task.CompletedTask);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_get_info(rbd_image_t image, rbd_mirror_image_info_t *mirror_image_info, size_t info_size, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_get_info")]
    public static int Info(nint image, RbdMirrorImageInfo* info, nuint size, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(info);
            Handles.Images.Get(image);
            if (size != (nuint)sizeof(RbdMirrorImageInfo))
                return Failure.Of(Errno.ERANGE);
            Completion told = CompletionPool.Get(completion);
            told.Start();
            *info = RbdMirrorImageInfo.Disabled();
            told.Follow(Task.CompletedTask);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_aio_mirror_image_get_mode(rbd_image_t image, rbd_mirror_image_mode_t *mode, rbd_completion_t c)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_aio_mirror_image_get_mode")]
    public static int Mode(nint image, int* mode, nint completion)
    {
        try
        {
            OutBuffer.ThrowIfNull(mode);
            Handles.Images.Get(image);
            Completion told = CompletionPool.Get(completion);
            told.Start();
            *mode = 0;
            told.Follow(Task.CompletedTask);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Refuse(nint image, nint completion, Errno errno)
    {
        Handles.Images.Get(image);
        Completion told = CompletionPool.Get(completion);
        told.Start();
        told.Follow(Task.FromException(new StorageException(errno, "the image's pool is not mirrored")));
        return 0;
    }
}
