using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What a context remembers for its operations on objects.</summary>
internal static unsafe class ObjectContexts
{
    // void rados_ioctx_locator_set_key(rados_ioctx_t io, const char *key)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_locator_set_key")]
    public static void SetLocator(nint ioContext, byte* key)
    {
        try
        {
            Handles.IoContexts.Get(ioContext).Context.Locator = CString.NameOrNull(key) ?? ByteName.Empty;
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // uint64_t rados_get_last_version(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_get_last_version")]
    public static ulong LastVersion(nint ioContext)
    {
        try
        {
            return Handles.IoContexts.Get(ioContext).LastVersion;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }
}
