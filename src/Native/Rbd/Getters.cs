using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>What an open image tells about itself. Each call first learns what other clients changed.</summary>
internal static unsafe class Getters
{
    // int rbd_stat(rbd_image_t image, rbd_image_info_t *info, size_t infosize)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_stat")]
    public static int Stat(nint image, RbdImageInfo* info, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(info);
            RbdImageInfo.Fill(info, Fresh(image));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_size(rbd_image_t image, uint64_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_size")]
    public static int Size(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).Size;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_features(rbd_image_t image, uint64_t *features)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_features")]
    public static int Features(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).Features;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_op_features(rbd_image_t image, uint64_t *op_features)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_op_features")]
    public static int OpFeatures(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).OpFeatures;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_flags(rbd_image_t image, uint64_t *flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_flags")]
    public static int Flags(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).Flags;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_stripe_unit(rbd_image_t image, uint64_t *stripe_unit)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_stripe_unit")]
    public static int StripeUnit(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).StripeUnit;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_stripe_count(rbd_image_t image, uint64_t *stripe_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_stripe_count")]
    public static int StripeCount(nint image, ulong* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = Fresh(image).StripeCount;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_old_format(rbd_image_t image, uint8_t *old)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_old_format")]
    public static int OldFormat(nint image, byte* isOld)
    {
        try
        {
            OutBuffer.ThrowIfNull(isOld);
            Handles.Images.Get(image);
            *isOld = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_create_timestamp(rbd_image_t image, struct timespec *timestamp)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_create_timestamp")]
    public static int CreateTimestamp(nint image, TimeSpec* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = TimeSpec.Of(Fresh(image).Created);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_access_timestamp(rbd_image_t image, struct timespec *timestamp)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_access_timestamp")]
    public static int AccessTimestamp(nint image, TimeSpec* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = TimeSpec.Of(Fresh(image).Accessed);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_modify_timestamp(rbd_image_t image, struct timespec *timestamp)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_modify_timestamp")]
    public static int ModifyTimestamp(nint image, TimeSpec* value)
    {
        try
        {
            OutBuffer.ThrowIfNull(value);
            *value = TimeSpec.Of(Fresh(image).Modified);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int64_t rbd_get_data_pool_id(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_data_pool_id")]
    public static long DataPoolId(nint image)
    {
        try
        {
            return Fresh(image).DataPoolId;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_id(rbd_image_t image, char *id, size_t id_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_id")]
    public static int Id(nint image, byte* buffer, nuint length)
    {
        try
        {
            return OutBuffer.PutOrFail(Handles.Images.Get(image).Image.Id, buffer, length, onSuccess: 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_block_name_prefix(rbd_image_t image, char *prefix, size_t prefix_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_block_name_prefix")]
    public static int BlockNamePrefix(nint image, byte* buffer, nuint length)
    {
        try
        {
            return OutBuffer.PutOrFail(Handles.Images.Get(image).Image.BlockNamePrefix, buffer, length, onSuccess: 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_get_name(rbd_image_t image, char *name, size_t *name_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_name")]
    public static int Name(nint image, byte* buffer, nuint* length)
    {
        try
        {
            return OutBuffer.PutAndTellLength(Handles.Images.Get(image).Image.Name, buffer, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // Another client may have resized the image, or taken a snapshot; asking costs nothing when nobody did.
    public static Image Fresh(nint handle)
    {
        Image image = Handles.Images.Get(handle).Image;
        ValueTask refresh = image.RefreshAsync(CancellationToken.None);
        if (!refresh.IsCompletedSuccessfully)
            Control.Run(refresh.AsTask);
        return image;
    }
}
