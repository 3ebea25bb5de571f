using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Migrations of images: none can be prepared, so that no image has one.</summary>
internal static unsafe class Migrations
{
    // int rbd_get_migration_source_spec(rbd_image_t image, char *source_spec, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_migration_source_spec")]
    public static int SourceSpec(nint image, byte* spec, nuint* length)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
