using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What can't be done to the images of a migration until it has ended.</summary>
internal static class MigrationBar
{
    /// <exception cref="StorageException">EBUSY.</exception>
    public static void ThrowIfMigrating(ImageHeader header, string image)
    {
        if (header.Migration is not null)
            throw new StorageException(Errno.EBUSY, $"image {image} migrates: commit or abort that first (rbd migration commit, rbd migration abort)");
    }

    /// <exception cref="StorageException">EBUSY: its layers are also another image's.</exception>
    public static void ThrowIfSharing(ImageHeader header, string image)
    {
        if (header.Migration is { SourceSpec: null })
            ThrowIfMigrating(header, image);
    }

    /// <exception cref="StorageException">EROFS: it is the source, and nothing of it may change; or the destination, and it is on its way out.</exception>
    public static void ThrowIfSource(ImageHeader header, string image)
    {
        if (header.Migration is { State: MigrationState.Aborting })
            throw new StorageException(Errno.EROFS, $"image {image} is the destination of a migration that is being aborted: abort it again to get the source back");
        if (header.Migration is { Role: MigrationRole.Source })
            throw new StorageException(Errno.EROFS, $"image {image} is the source of a migration and can't be changed: use the destination, or abort the migration");
    }
}
