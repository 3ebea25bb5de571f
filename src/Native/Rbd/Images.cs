using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The images of a pool: creating, listing, removing, renaming.</summary>
internal static unsafe class Images
{
    // int rbd_create(rados_ioctx_t io, const char *name, uint64_t size, int *order)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_create")]
    public static int Create(nint ioContext, byte* name, ulong size, int* order)
    {
        try
        {
            return Run(ioContext, name, size, new ImageOptions(), order);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_create2(rados_ioctx_t io, const char *name, uint64_t size, uint64_t features, int *order)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_create2")]
    public static int Create2(nint ioContext, byte* name, ulong size, ulong features, int* order)
    {
        try
        {
            var options = new ImageOptions();
            options.Set(ImageOption.Features, features);
            return Run(ioContext, name, size, options, order);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_create3(rados_ioctx_t io, const char *name, uint64_t size, uint64_t features, int *order, uint64_t stripe_unit, uint64_t stripe_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_create3")]
    public static int Create3(nint ioContext, byte* name, ulong size, ulong features, int* order, ulong stripeUnit, ulong stripeCount)
    {
        try
        {
            var options = new ImageOptions();
            options.Set(ImageOption.Features, features);
            options.Set(ImageOption.StripeUnit, stripeUnit);
            options.Set(ImageOption.StripeCount, stripeCount);
            return Run(ioContext, name, size, options, order);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_create4(rados_ioctx_t io, const char *name, uint64_t size, rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_create4")]
    public static int Create4(nint ioContext, byte* name, ulong size, nint options)
    {
        try
        {
            return Run(ioContext, name, size, Handles.ImageOptions.Get(options).Clone(), null);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_list(rados_ioctx_t io, char *names, size_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list")]
    public static int List(nint ioContext, byte* names, nuint* size)
    {
        try
        {
            OutBuffer.ThrowIfNull(size);
            List<ByteName> all = All(ioContext).Select(image => image.Name).ToList();
            nuint needed = OutBuffer.LengthOf(all);
            if (needed > *size)
            {
                *size = needed;
                return Failure.Of(Errno.ERANGE);
            }

            OutBuffer.ThrowIfNull(names);
            NativeMemory.Clear(names, *size);
            OutBuffer.PutAll(all, names);
            return (int)needed;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_list2(rados_ioctx_t io, rbd_image_spec_t *images, size_t *max_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list2")]
    public static int List2(nint ioContext, RbdImageSpec* images, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            IReadOnlyList<ImageSpec> all = All(ioContext);
            bool fits = (nuint)all.Count <= *max;
            *max = (nuint)all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                images[i] = new RbdImageSpec { Id = CString.Duplicate((ByteName)all[i].Id), Name = CString.Duplicate(all[i].Name) };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_image_spec_cleanup(rbd_image_spec_t *image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_spec_cleanup")]
    public static void Cleanup(RbdImageSpec* image)
    {
        try
        {
            CString.Free(image->Id);
            CString.Free(image->Name);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_image_spec_list_cleanup(rbd_image_spec_t *images, size_t num_images)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_spec_list_cleanup")]
    public static void CleanupList(RbdImageSpec* images, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
            {
                CString.Free(images[i].Id);
                CString.Free(images[i].Name);
            }
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_remove(rados_ioctx_t io, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_remove")]
    public static int Remove(nint ioContext, byte* name)
    {
        try
        {
            return Remove(ioContext, name, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_remove_with_progress(rados_ioctx_t io, const char *name, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_remove_with_progress")]
    public static int RemoveWithProgress(
        nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Remove(ioContext, name, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_rename(rados_ioctx_t src_io_ctx, const char *srcname, const char *destname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_rename")]
    public static int Rename(nint ioContext, byte* source, byte* destination)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName from = CString.Name(source, "the image's name");
            ByteName to = CString.Name(destination, "the image's new name");
            Control.Run(() => ImageDirectory.RenameAsync(context, from, to, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(nint ioContext, byte* name, ulong size, ImageOptions options, int* order)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName image = CString.Name(name, "the image's name");
        if (order is not null && *order != 0)
            options.Set(ImageOption.Order, unchecked((ulong)*order));
        int used = Control.Run(() => ImageDirectory.CreateAsync(context, image, size, options, CancellationToken.None));
        if (order is not null)
            *order = used;
        return 0;
    }

    private static IReadOnlyList<ImageSpec> All(nint ioContext)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        return Control.Run(() => ImageDirectory.ListAsync(context, CancellationToken.None));
    }

    private static int Remove(nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName image = CString.Name(name, "the image's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => ImageDirectory.RemoveAsync(context, image, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
