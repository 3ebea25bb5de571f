using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// What opens an image and those that it is a clone of, one after the other: the last spec is tried on all that come after it, as far
/// as they are encrypted at all.
/// </summary>
internal sealed class EncryptionChain
{
    // Headers begin with what tells one from another: identifiers, salts, a checksum of the rest.
    private const int Telling = 4096;

    private readonly IReadOnlyList<EncryptionSpec> _specs;
    private readonly int _depth;
    private readonly ReadOnlyMemory<byte> _childHeader;
    private readonly SectorCipher? _childCipher;

    public EncryptionChain(IReadOnlyList<EncryptionSpec> specs) => _specs = specs;

    private EncryptionChain(EncryptionChain child, ReadOnlyMemory<byte> header, SectorCipher cipher)
    {
        _specs = child._specs;
        _depth = child._depth + 1;
        _childHeader = header;
        _childCipher = cipher;
    }

    /// <summary>Nobody said that this image is encrypted.</summary>
    public bool IsGuess => _depth >= _specs.Count;

    public EncryptionSpec Spec => _specs[Math.Min(_depth, _specs.Count - 1)];

    /// <summary>Goes on to the parent.</summary>
    /// <param name="header">The start of the clone.</param>
    public EncryptionChain Next(ReadOnlyMemory<byte> header, SectorCipher cipher) => new(this, header[..Math.Min(Telling, header.Length)], cipher);

    /// <summary>A clone that shows its parent's header has the parent's key; deriving it once more would take seconds.</summary>
    public SectorCipher? FindSame(ReadOnlySpan<byte> header) =>
        IsGuess && _childCipher is not null && header.StartsWith(_childHeader.Span) ? _childCipher : null;

    /// <exception cref="StorageException">EINVAL.</exception>
    public void ThrowIfMore(string image)
    {
        if (_specs.Count > _depth + 1)
        {
            throw new StorageException(
                Errno.EINVAL, $"{_specs.Count} encryption specs were given, but the clones end with image {image}, number {_depth + 1}");
        }
    }
}
