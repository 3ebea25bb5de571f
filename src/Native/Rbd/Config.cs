using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Options that an image or a pool may override, with their values.</summary>
internal static unsafe class Config
{
    // int rbd_config_image_list(rbd_image_t image, rbd_config_option_t *options, int *max_options)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_config_image_list")]
    public static int OfImage(nint image, RbdConfigOption* options, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Image opened = Handles.Images.Get(image).Image;
            IReadOnlyList<ConfigOption> all = Control.Run(() => ImageConfig.ListAsync(opened, CancellationToken.None));
            bool fits = *max >= all.Count;
            *max = all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                options[i] = RbdConfigOption.Of(all[i]);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_config_pool_list(rados_ioctx_t io_ctx, rbd_config_option_t *options, int *max_options)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_config_pool_list")]
    public static int OfPool(nint ioContext, RbdConfigOption* options, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            IReadOnlyList<ConfigOption> all = Control.Run(() => ImageConfig.ListAsync(context, CancellationToken.None));
            bool fits = *max >= all.Count;
            *max = all.Count;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            for (int i = 0; i < all.Count; i++)
                options[i] = RbdConfigOption.Of(all[i]);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_config_image_list_cleanup(rbd_config_option_t *options, int max_options)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_config_image_list_cleanup")]
    public static void CleanupOfImage(RbdConfigOption* options, int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
                RbdConfigOption.Free(options + i);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_config_pool_list_cleanup(rbd_config_option_t *options, int max_options)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_config_pool_list_cleanup")]
    public static void CleanupOfPool(RbdConfigOption* options, int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
                RbdConfigOption.Free(options + i);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
