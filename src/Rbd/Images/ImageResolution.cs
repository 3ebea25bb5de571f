using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>From names to images.</summary>
internal static class ImageResolution
{
    /// <summary>The id of the image of this name; a volume found under the name becomes an image by this.</summary>
    /// <exception cref="StorageException">ENOENT.</exception>
    public static async Task<string> IdOfAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        string? id = null;
        await ImagePool.RetryAsync(
            $"look up {pool.Describe(name)}",
            async () => (id = await TryResolveAsync(pool, name, cancellationToken).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        return id!;
    }

    /// <summary>Makes an image of the found volume that has this id, if there is one.</summary>
    public static async Task<bool> TryAdoptByIdAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<ByteName, VolumeInfo> volumes =
            await ImageAdoption.ListVolumesAsync(pool, cancellationToken).ConfigureAwait(false);
        foreach ((ByteName name, VolumeInfo volume) in volumes)
        {
            if (string.Equals(ImageAdoption.IdOf(pool, volume.Name), id, StringComparison.Ordinal))
                return await ImageAdoption.TryAdoptAsync(pool, name, volume, cancellationToken).ConfigureAwait(false) is not null;
        }

        return false;
    }

    private static async Task<string?> TryResolveAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        Stored<ImageNameRecord>? record = await pool.GetAsync(
            pool.Keys.Name(pool.Namespace, name), RbdJsonContext.Default.ImageNameRecord, cancellationToken).ConfigureAwait(false);
        if (record is not null)
            return record.Value.Id;

        VolumeInfo volume = await ImageAdoption.FindVolumeAsync(pool, name, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no image {pool.Describe(name)}");
        return await ImageAdoption.TryAdoptAsync(pool, name, volume, cancellationToken).ConfigureAwait(false);
    }
}
