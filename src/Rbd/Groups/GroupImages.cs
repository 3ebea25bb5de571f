using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Which images belong to a group. An image belongs to one group at most.</summary>
public static class GroupImages
{
    /// <summary>Of an image that belongs to the group already it does nothing.</summary>
    /// <exception cref="StorageException">ENOENT: no such group or image; EEXIST: it belongs to another group.</exception>
    public static async Task AddAsync(
        IoContext groupIo, ByteName group, IoContext imageIo, ByteName image, CancellationToken cancellationToken)
    {
        await imageIo.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(imageIo);
        await Group.ChangeAsync(
            groupIo,
            group,
            async found =>
            {
                string id = await ImageResolution.IdOfAsync(pool, image, cancellationToken).ConfigureAwait(false);
                return await GroupMembership.TryAddAsync(found, pool, id, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT: no such group or image, or it is not of the group.</exception>
    public static async Task RemoveAsync(
        IoContext groupIo, ByteName group, IoContext imageIo, ByteName image, CancellationToken cancellationToken)
    {
        await imageIo.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        Group found = await Group.GetAsync(groupIo, group, cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(imageIo);
        string id = await ImageResolution.IdOfAsync(pool, image, cancellationToken).ConfigureAwait(false);
        await GroupMembership.RemoveAsync(found.Pool, found.Id, pool.Id, id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RemoveAsync"/>
    public static async Task RemoveByIdAsync(
        IoContext groupIo, ByteName group, IoContext imageIo, string imageId, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(groupIo, group, cancellationToken).ConfigureAwait(false);
        await GroupMembership.RemoveAsync(found.Pool, found.Id, imageIo.Pool.Id, imageId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>By pool and name.</summary>
    /// <exception cref="StorageException">ENOENT: no such group.</exception>
    public static async Task<IReadOnlyList<GroupImage>> ListAsync(IoContext io, ByteName group, CancellationToken cancellationToken)
    {
        Group found = await Group.GetAsync(io, group, cancellationToken).ConfigureAwait(false);
        var images = new List<GroupImage>();
        foreach (Stored<GroupImageRecord> image in await found.GetImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await DescribeAsync(found.Pool, image.Value, cancellationToken).ConfigureAwait(false) is { } described)
                images.Add(described);
        }

        return [.. images.OrderBy(image => image.PoolName).ThenBy(image => image.Name)];
    }

    /// <returns>null: its pool is gone, or it.</returns>
    private static async Task<GroupImage?> DescribeAsync(ImagePool near, GroupImageRecord image, CancellationToken cancellationToken)
    {
        if (await near.FindOtherAsync(image.PoolId, image.Namespace, cancellationToken).ConfigureAwait(false) is not { } pool)
            return null;
        Stored<ImageHeader>? header = await pool.GetAsync(
            pool.Keys.Header(image.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        return header is null ? null : new GroupImage(pool.Id, pool.Io.Pool.Name, pool.Namespace, image.ImageId, header.Value.Name);
    }
}
