using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Whose key-value pairs they are.</summary>
/// <param name="Prefix">Of the keys of their records.</param>
/// <param name="OwnerKey">A record that must be there to write; null: none.</param>
/// <param name="IsReadOnly">Opened read-only.</param>
/// <param name="Name">For messages.</param>
internal sealed record MetadataTarget(ImagePool Pool, string Prefix, string? OwnerKey, bool IsReadOnly, string Name)
{
    public string Key(ByteName name) => Prefix + name.Encode();

    /// <exception cref="StorageException">EROFS.</exception>
    public void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new StorageException(Errno.EROFS, $"{Name} is open read-only");
    }
}
