using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Feature names, and switching features of an open image.</summary>
internal static unsafe class Features
{
    // void rbd_version(int *major, int *minor, int *extra)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_version")]
    public static void Version(int* major, int* minor, int* extra)
    {
        try
        {
            Versions.Tell(1, 16, 0, major, minor, extra);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_features_to_string(uint64_t features, char *str_features, size_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_features_to_string")]
    public static int ToText(ulong features, byte* text, nuint* length)
    {
        try
        {
            return OutBuffer.PutAndTellLength(ImageFeatures.ToText(features), text, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_features_from_string(const char *str_features, uint64_t *features)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_features_from_string")]
    public static int Parse(byte* text, ulong* features)
    {
        try
        {
            OutBuffer.ThrowIfNull(features);
            bool allKnown = ImageFeatures.TryParse(CString.Text(text, "the list of features"), out *features);
            return allKnown ? 0 : Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_update_features(rbd_image_t image, uint64_t features, uint8_t enabled)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_update_features")]
    public static int Update(nint image, ulong features, byte isEnabled)
    {
        try
        {
            Image changed = Handles.Images.Get(image).Image;
            bool enable = isEnabled != 0;
            Control.Run(() => changed.UpdateFeaturesAsync(features, enable, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
