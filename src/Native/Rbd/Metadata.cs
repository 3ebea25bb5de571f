using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The key-value pairs of images and pools.</summary>
internal static unsafe class Metadata
{
    // int rbd_metadata_get(rbd_image_t image, const char *key, char *value, size_t *val_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_metadata_get")]
    public static int GetOfImage(nint image, byte* key, byte* value, nuint* length)
    {
        try
        {
            return Get(Handles.Images.Get(image).Image.Metadata, key, value, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_metadata_set(rbd_image_t image, const char *key, const char *value)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_metadata_set")]
    public static int SetOfImage(nint image, byte* key, byte* value)
    {
        try
        {
            return Set(Handles.Images.Get(image).Image.Metadata, key, value);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_metadata_remove(rbd_image_t image, const char *key)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_metadata_remove")]
    public static int RemoveOfImage(nint image, byte* key)
    {
        try
        {
            return Remove(Handles.Images.Get(image).Image.Metadata, key);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_metadata_list(rbd_image_t image, const char *start, uint64_t max, char *keys, size_t *key_len, char *values, size_t *vals_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_metadata_list")]
    public static int ListOfImage(nint image, byte* start, ulong max, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength)
    {
        try
        {
            return List(Handles.Images.Get(image).Image.Metadata, start, max, keys, keysLength, values, valuesLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_pool_metadata_get(rados_ioctx_t io_ctx, const char *key, char *value, size_t *val_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_metadata_get")]
    public static int GetOfPool(nint ioContext, byte* key, byte* value, nuint* length)
    {
        try
        {
            return Get(PoolMetadata.Of(Handles.IoContexts.Get(ioContext).Context.Clone()), key, value, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_pool_metadata_set(rados_ioctx_t io_ctx, const char *key, const char *value)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_metadata_set")]
    public static int SetOfPool(nint ioContext, byte* key, byte* value)
    {
        try
        {
            return Set(PoolMetadata.Of(Handles.IoContexts.Get(ioContext).Context.Clone()), key, value);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_pool_metadata_remove(rados_ioctx_t io_ctx, const char *key)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_metadata_remove")]
    public static int RemoveOfPool(nint ioContext, byte* key)
    {
        try
        {
            return Remove(PoolMetadata.Of(Handles.IoContexts.Get(ioContext).Context.Clone()), key);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_pool_metadata_list(rados_ioctx_t io_ctx, const char *start, uint64_t max, char *keys, size_t *key_len, char *values, size_t *vals_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_pool_metadata_list")]
    public static int ListOfPool(nint ioContext, byte* start, ulong max, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength)
    {
        try
        {
            return List(PoolMetadata.Of(Handles.IoContexts.Get(ioContext).Context.Clone()), start, max, keys, keysLength, values, valuesLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Get(ImageMetadata metadata, byte* key, byte* value, nuint* length)
    {
        ByteName wanted = CString.Name(key, "the key");
        ByteName found = Control.Run(() => metadata.GetAsync(wanted, CancellationToken.None));
        return OutBuffer.PutOrTellLength(found, value, length);
    }

    private static int Set(ImageMetadata metadata, byte* key, byte* value)
    {
        ByteName changed = CString.Name(key, "the key");
        ByteName put = CString.Name(value, "the value");
        Control.Run(() => metadata.SetAsync(changed, put, CancellationToken.None));
        return 0;
    }

    private static int Remove(ImageMetadata metadata, byte* key)
    {
        ByteName removed = CString.Name(key, "the key");
        Control.Run(() => metadata.RemoveAsync(removed, CancellationToken.None));
        return 0;
    }

    private static int List(
        ImageMetadata metadata, byte* start, ulong max, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength)
    {
        ByteName after = CString.NameOrNull(start) ?? ByteName.Empty;
        IReadOnlyList<KeyValuePair<ByteName, ByteName>> pairs = Control.Run(() => metadata.ListAsync(after, max, CancellationToken.None));
        return OutBuffer.PutLists(
            pairs.Select(pair => pair.Key), keys, keysLength, pairs.Select(pair => pair.Value), values, valuesLength);
    }
}
