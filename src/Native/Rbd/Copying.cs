using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Copies of an image without its snapshots.</summary>
internal static unsafe class Copying
{
    // int rbd_copy(rbd_image_t image, rados_ioctx_t dest_io_ctx, const char *destname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy")]
    public static int Copy(nint image, nint ioContext, byte* name)
    {
        try
        {
            return ToNew(image, ioContext, name, new ImageOptions(), 0, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy3(rbd_image_t src, rados_ioctx_t dest_io_ctx, const char *destname, rbd_image_options_t dest_opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy3")]
    public static int Copy3(nint image, nint ioContext, byte* name, nint options)
    {
        try
        {
            return ToNew(image, ioContext, name, Handles.ImageOptions.Get(options), 0, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy4(rbd_image_t src, rados_ioctx_t dest_io_ctx, const char *destname, rbd_image_options_t dest_opts, size_t sparse_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy4")]
    public static int Copy4(nint image, nint ioContext, byte* name, nint options, nuint sparseSize)
    {
        try
        {
            return ToNew(image, ioContext, name, Handles.ImageOptions.Get(options), sparseSize, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy_with_progress(rbd_image_t image, rados_ioctx_t dest_p, const char *destname, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy_with_progress")]
    public static int CopyWithProgress(
        nint image, nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return ToNew(image, ioContext, name, new ImageOptions(), 0, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy_with_progress3(rbd_image_t image, rados_ioctx_t dest_p, const char *destname, rbd_image_options_t dest_opts, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy_with_progress3")]
    public static int CopyWithProgress3(
        nint image, nint ioContext, byte* name, nint options, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return ToNew(image, ioContext, name, Handles.ImageOptions.Get(options), 0, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy_with_progress4(rbd_image_t image, rados_ioctx_t dest_p, const char *destname, rbd_image_options_t dest_opts, librbd_progress_fn_t cb, void *cbdata, size_t sparse_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy_with_progress4")]
    public static int CopyWithProgress4(
        nint image, nint ioContext, byte* name, nint options, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument, nuint sparseSize)
    {
        try
        {
            return ToNew(image, ioContext, name, Handles.ImageOptions.Get(options), sparseSize, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy2(rbd_image_t src, rbd_image_t dest)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy2")]
    public static int Copy2(nint source, nint destination)
    {
        try
        {
            return ToOpen(source, destination, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_copy_with_progress2(rbd_image_t src, rbd_image_t dest, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_copy_with_progress2")]
    public static int CopyWithProgress2(
        nint source, nint destination, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return ToOpen(source, destination, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int ToNew(
        nint image, nint ioContext, byte* name, ImageOptions options, ulong sparseSize, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image source = Handles.Images.Get(image).Image;
        IoContext destination = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName copy = CString.Name(name, "the copy's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => ImageCopy.CopyAsync(
            source, destination, copy, options, sparseSize, reported.On(caller), CancellationToken.None));
        return 0;
    }

    private static int ToOpen(nint from, nint to, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        Image source = Handles.Images.Get(from).Image;
        Image destination = Handles.Images.Get(to).Image;
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => ImageCopy.CopyAsync(source, destination, 0, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
