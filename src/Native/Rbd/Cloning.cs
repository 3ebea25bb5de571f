using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>New images that show a snapshot of another one until they are written to.</summary>
internal static unsafe class Cloning
{
    // int rbd_clone(rados_ioctx_t p_ioctx, const char *p_name, const char *p_snapname, rados_ioctx_t c_ioctx, const char *c_name, uint64_t features, int *c_order)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_clone")]
    public static int Clone(nint parentIo, byte* parent, byte* snapshot, nint io, byte* name, ulong features, int* order)
    {
        try
        {
            return Run(parentIo, parent, snapshot, io, name, OptionsOf(features, order), order);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_clone2(rados_ioctx_t p_ioctx, const char *p_name, const char *p_snapname, rados_ioctx_t c_ioctx, const char *c_name, uint64_t features, int *c_order, uint64_t stripe_unit, int stripe_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_clone2")]
    public static int Clone2(
        nint parentIo, byte* parent, byte* snapshot, nint io, byte* name, ulong features, int* order, ulong stripeUnit, int stripeCount)
    {
        try
        {
            ImageOptions options = OptionsOf(features, order);
            options.Set(ImageOption.StripeUnit, stripeUnit);
            options.Set(ImageOption.StripeCount, unchecked((ulong)stripeCount));
            return Run(parentIo, parent, snapshot, io, name, options, order);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_clone3(rados_ioctx_t p_ioctx, const char *p_name, const char *p_snapname, rados_ioctx_t c_ioctx, const char *c_name, rbd_image_options_t c_opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_clone3")]
    public static int Clone3(nint parentIo, byte* parent, byte* snapshot, nint io, byte* name, nint options)
    {
        try
        {
            return Run(parentIo, parent, snapshot, io, name, Handles.ImageOptions.Get(options).Clone(), null);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_clone4(rados_ioctx_t p_ioctx, const char *p_name, uint64_t p_snap_id, rados_ioctx_t c_ioctx, const char *c_name, rbd_image_options_t c_opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_clone4")]
    public static int Clone4(nint parentIo, byte* parent, ulong snapshotId, nint io, byte* name, nint options)
    {
        try
        {
            IoContext parentPool = Handles.IoContexts.Get(parentIo).Context.Clone();
            IoContext pool = Handles.IoContexts.Get(io).Context.Clone();
            ByteName from = CString.Name(parent, "the parent's name");
            ByteName to = CString.Name(name, "the clone's name");
            ImageOptions wishes = Handles.ImageOptions.Get(options).Clone();
            Control.Run(() => ImageClone.CloneAsync(parentPool, from, snapshotId, pool, to, wishes, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static ImageOptions OptionsOf(ulong features, int* order)
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Features, features);
        if (order is not null && *order != 0)
            options.Set(ImageOption.Order, unchecked((ulong)*order));
        return options;
    }

    private static int Run(nint parentIo, byte* parent, byte* snapshot, nint io, byte* name, ImageOptions options, int* order)
    {
        IoContext parentPool = Handles.IoContexts.Get(parentIo).Context.Clone();
        IoContext pool = Handles.IoContexts.Get(io).Context.Clone();
        ByteName from = CString.Name(parent, "the parent's name");
        ByteName at = CString.Name(snapshot, "the parent's snapshot");
        ByteName to = CString.Name(name, "the clone's name");
        int used = Control.Run(() => ImageClone.CloneAsync(parentPool, from, at, pool, to, options, CancellationToken.None));
        if (order is not null)
            *order = used;
        return 0;
    }
}
