using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>What an operation read of an omap.</summary>
internal static unsafe class ObjectOmaps
{
    // int rados_omap_get_next(rados_omap_iter_t iter, char **key, char **val, size_t *len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_omap_get_next")]
    public static int Next(nint iterator, byte** key, byte** value, nuint* length)
    {
        try
        {
            OutBuffer.ThrowIfNull(key);
            Handles.NamedValues.Get(iterator).Next(key, value, null, length);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_omap_get_next2(rados_omap_iter_t iter, char **key, char **val, size_t *key_len, size_t *val_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_omap_get_next2")]
    public static int Next(nint iterator, byte** key, byte** value, nuint* keyLength, nuint* valueLength)
    {
        try
        {
            OutBuffer.ThrowIfNull(key);
            Handles.NamedValues.Get(iterator).Next(key, value, keyLength, valueLength);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // unsigned int rados_omap_iter_size(rados_omap_iter_t iter)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_omap_iter_size")]
    public static uint Count(nint iterator)
    {
        try
        {
            return (uint)Handles.NamedValues.Get(iterator).Count;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // void rados_omap_get_end(rados_omap_iter_t iter)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_omap_get_end")]
    public static void End(nint iterator)
    {
        try
        {
            ObjectIterators.End(iterator);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }
}
