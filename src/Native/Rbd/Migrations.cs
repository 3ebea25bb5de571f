using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>How migrations of images begin, and how far they are.</summary>
internal static unsafe class Migrations
{
    // int rbd_migration_prepare(rados_ioctx_t ioctx, const char *image_name, rados_ioctx_t dest_ioctx, const char *dest_image_name, rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_prepare")]
    public static int Prepare(nint ioContext, byte* name, nint destinationIo, byte* destinationName, nint options)
    {
        try
        {
            IoContext source = Handles.IoContexts.Get(ioContext).Context.Clone();
            IoContext destination = Handles.IoContexts.Get(destinationIo).Context.Clone();
            ByteName image = CString.Name(name, "the image's name");
            ByteName target = CString.Name(destinationName, "the destination's name");
            ImageOptions wishes = Handles.ImageOptions.Get(options).Clone();
            Control.Run(() => ImageMigration.PrepareAsync(source, image, destination, target, wishes, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_prepare_import(const char *source_spec, rados_ioctx_t dest_ioctx, const char *dest_image_name, rbd_image_options_t opts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_prepare_import")]
    public static int PrepareImport(byte* sourceSpec, nint destinationIo, byte* destinationName, nint options)
    {
        try
        {
            string spec = CString.Text(sourceSpec, "the source-spec");
            IoContext destination = Handles.IoContexts.Get(destinationIo).Context.Clone();
            ByteName target = CString.Name(destinationName, "the destination's name");
            ImageOptions wishes = Handles.ImageOptions.Get(options).Clone();
            Control.Run(() => ImageMigration.PrepareImportAsync(spec, destination, target, wishes, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_status(rados_ioctx_t ioctx, const char *image_name, rbd_image_migration_status_t *status, size_t status_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_status")]
    public static int Status(nint ioContext, byte* name, RbdImageMigrationStatus* status, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(status);
            if (size != (nuint)sizeof(RbdImageMigrationStatus))
                return Failure.Of(Errno.ERANGE);
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName image = CString.Name(name, "the image's name");
            *status = RbdImageMigrationStatus.Of(Control.Run(() => ImageMigration.GetStatusAsync(context, image, CancellationToken.None)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_migration_status_cleanup(rbd_image_migration_status_t *status)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_status_cleanup")]
    public static void Cleanup(RbdImageMigrationStatus* status)
    {
        try
        {
            if (status is not null)
                RbdImageMigrationStatus.Free(status);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_get_migration_source_spec(rbd_image_t image, char *source_spec, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_get_migration_source_spec")]
    public static int SourceSpec(nint image, byte* spec, nuint* length)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            string text = Control.Run(() => open.GetMigrationSourceSpecAsync(CancellationToken.None));
            return OutBuffer.PutAndTellLength((ByteName)text, spec, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
