using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class ImageOwnership
{
    /// <summary>
    /// Takes the image away from its owner, who is put on the blocklist (unless rbd_blocklist_on_break_lock is off) and writes nothing
    /// more once this has completed.
    /// </summary>
    /// <param name="owner">Its address, as <see cref="GetOwnerAsync"/> says.</param>
    /// <exception cref="StorageException">
    /// ENOENT: nobody owns it. EBUSY: somebody else does. EINVAL: this client does, or no feature exclusive-lock. EROFS. EOPNOTSUPP.
    /// </exception>
    public async Task BreakAsync(OwnershipMode mode, string owner, CancellationToken cancellationToken)
    {
        ThrowUnlessExclusive(mode, also: OwnershipMode.Exclusive);
        ThrowUnlessFeatureOn();
        _image.ThrowIfReadOnly();
        Stored<OwnerRecord> found = await ReadOwnerAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"image {_image.Description} has no owner");
        if (!string.Equals(found.Value.Address, owner, StringComparison.Ordinal))
        {
            throw new StorageException(
                Errno.EBUSY, $"image {_image.Description} is owned by {found.Value.Client} at {found.Value.Address}, not by {owner}");
        }

        await BreakAsync(found, cancellationToken).ConfigureAwait(false);
    }

    internal Task BreakAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken)
    {
        if (owner.Value.ClientId == (long)Cluster.InstanceId)
            throw Invalid("this client itself owns it: release it");
        return new OwnershipBreak(_image, owner).RunAsync(cancellationToken);
    }
}
