using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>Whether writes may go on in a full pool: the store decides, as it does without these.</summary>
internal static unsafe class FullHints
{
    // void rados_set_osdmap_full_try(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_set_osdmap_full_try")]
    public static void SetMap(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_unset_osdmap_full_try(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_unset_osdmap_full_try")]
    public static void UnsetMap(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_set_pool_full_try(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_set_pool_full_try")]
    public static void SetPool(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_unset_pool_full_try(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_unset_pool_full_try")]
    public static void UnsetPool(nint ioContext)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
