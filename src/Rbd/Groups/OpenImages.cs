using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Opens several images for writing, and closes them all.</summary>
internal static class OpenImages
{
    /// <exception cref="StorageException">ENOENT: one of them is gone.</exception>
    public static async Task UseAsync(
        ImagePool near, IReadOnlyList<GroupSnapshotPart> parts, Func<IReadOnlyList<Image>, Task> use, CancellationToken cancellationToken)
    {
        var images = new List<Image>();
        try
        {
            foreach (GroupSnapshotPart part in parts)
                images.Add(await OpenAsync(near, part, cancellationToken).ConfigureAwait(false));
            await use(images).ConfigureAwait(false);
        }
        finally
        {
            foreach (Image image in images)
                await image.CloseAsync().ConfigureAwait(false);
        }
    }

    public static async Task<Image> OpenAsync(ImagePool near, GroupSnapshotPart part, CancellationToken cancellationToken)
    {
        ImagePool pool = await near.FindOtherAsync(part.PoolId, part.Namespace, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"the pool with id {part.PoolId} of image id {part.ImageId} is gone");
        return await Image.OpenByIdAsync(pool.Io, part.ImageId, null, readOnly: false, cancellationToken).ConfigureAwait(false);
    }
}
