using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Wishes for a new image.</summary>
internal static unsafe class ImageOptionLists
{
    // void rbd_image_options_create(rbd_image_options_t *opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_create")]
    public static void Create(nint* options)
    {
        try
        {
            OutBuffer.ThrowIfNull(options);
            *options = 0;
            *options = Handles.ImageOptions.Add(new ImageOptions());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_image_options_destroy(rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_destroy")]
    public static void Destroy(nint options)
    {
        try
        {
            Handles.ImageOptions.TryRemove(options, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_image_options_set_string(rbd_image_options_t opts, int optname, const char *optval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_set_string")]
    public static int SetText(nint options, int option, byte* value)
    {
        try
        {
            Handles.ImageOptions.Get(options).Set((ImageOption)option, CString.Name(value, "the option's value"));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_image_options_set_uint64(rbd_image_options_t opts, int optname, uint64_t optval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_set_uint64")]
    public static int SetNumber(nint options, int option, ulong value)
    {
        try
        {
            Handles.ImageOptions.Get(options).Set((ImageOption)option, value);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_image_options_get_string(rbd_image_options_t opts, int optname, char *optval, size_t maxlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_get_string")]
    public static int GetText(nint options, int option, byte* buffer, nuint length)
    {
        try
        {
            ByteName value = Handles.ImageOptions.Get(options).GetText((ImageOption)option);
            return OutBuffer.TryPut(value, buffer, length) ? 0 : Failure.Of(Errno.E2BIG);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_image_options_get_uint64(rbd_image_options_t opts, int optname, uint64_t *optval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_get_uint64")]
    public static int GetNumber(nint options, int option, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Handles.ImageOptions.Get(options).GetNumber((ImageOption)option);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_image_options_is_set(rbd_image_options_t opts, int optname, _Bool *is_set)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_is_set")]
    public static int IsSet(nint options, int option, byte* isSet)
    {
        try
        {
            OutBuffer.ThrowIfNull(isSet);
            *isSet = Handles.ImageOptions.Get(options).IsSet((ImageOption)option) ? (byte)1 : (byte)0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_image_options_unset(rbd_image_options_t opts, int optname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_unset")]
    public static int Unset(nint options, int option)
    {
        try
        {
            Handles.ImageOptions.Get(options).Unset((ImageOption)option);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_image_options_clear(rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_clear")]
    public static void Clear(nint options)
    {
        try
        {
            Handles.ImageOptions.Get(options).Clear();
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_image_options_is_empty(rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_image_options_is_empty")]
    public static int IsEmpty(nint options)
    {
        try
        {
            return Handles.ImageOptions.Get(options).IsEmpty ? 1 : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
