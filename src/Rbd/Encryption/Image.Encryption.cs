using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    private readonly SemaphoreSlim _encrypting = new(1, 1);
    private SectorCipher? _cipher;

    /// <summary>Size of all that is stored, with the header of an encrypted image, in bytes, as of the last <see cref="RefreshAsync"/>.</summary>
    internal ulong StoredSize => _layers.Size;

    /// <summary>Where the image's bytes begin among those stored.</summary>
    internal ulong DataOffset => Volatile.Read(ref _cipher)?.DataOffset ?? 0;

    /// <summary>
    /// Puts a new LUKS header at the image's start, and encrypts with its key from then on; a clone has to be loaded for that, with its
    /// parents. What the image held is lost, but a clone goes on showing its parent, behind the header. The image becomes smaller
    /// by the header. Takes seconds.
    /// </summary>
    /// <param name="passphrase">Any bytes.</param>
    /// <exception cref="StorageException">
    /// EINVAL: no version of LUKS. ENOSPC: the image is not larger than a header. EOPNOTSUPP: libcryptsetup, or the processor's AES, is missing. EROFS.
    /// </exception>
    public Task FormatEncryptionAsync(
        EncryptionFormat format, EncryptionAlgorithm algorithm, ReadOnlyMemory<byte> passphrase, CancellationToken cancellationToken) =>
        FormatEncryptionAsync(format, algorithm, passphrase, isFast: false, cancellationToken);

    /// <summary>
    /// Reads and writes the text of an encrypted image from now on, and with a clone that of its parents too. Its size is smaller by the
    /// header then, and offsets begin behind it. Takes seconds.
    /// </summary>
    /// <param name="specs">For the image, its parent and so on; the last one is tried for all that come after it, as far as they are encrypted.</param>
    /// <exception cref="StorageException">
    /// EPERM: wrong passphrase. EINVAL: no LUKS header, or another version, or a broken one; more specs than images. EEXIST: loaded already.
    /// EOPNOTSUPP: as for formatting, or another cipher.
    /// </exception>
    public async Task LoadEncryptionAsync(IReadOnlyList<EncryptionSpec> specs, CancellationToken cancellationToken)
    {
        if (specs.Count == 0)
            throw Invalid("there is nothing to load its encryption with");
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        await LoadEncryptionAsync(new EncryptionChain(specs), cancellationToken).ConfigureAwait(false);
    }

    /// <param name="isFast">Makes passphrases easy to guess; for tests.</param>
    internal async Task FormatEncryptionAsync(
        EncryptionFormat format, EncryptionAlgorithm algorithm, ReadOnlyMemory<byte> passphrase, bool isFast, CancellationToken cancellationToken)
    {
        if (format is not (EncryptionFormat.Luks1 or EncryptionFormat.Luks2) || algorithm is not (EncryptionAlgorithm.Aes128 or EncryptionAlgorithm.Aes256))
            throw Invalid($"cannot be formatted as {format} with {algorithm}: only LUKS1 and LUKS2, with AES-128 or AES-256");
        ThrowUnlessWritable();
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        await _encrypting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await UseAsync(null, null).ConfigureAwait(false);
            var creation = new HeaderCreation(this, format, algorithm, isFast);
            SectorCipher cipher = await creation.RunAsync(passphrase).ConfigureAwait(false);
            // With the clone's key alone its parent would be read wrong.
            if (Header.Parent is null)
                await UseAsync(cipher, null).ConfigureAwait(false);
        }
        finally
        {
            _encrypting.Release();
        }
    }

    /// <returns>false: the image is not encrypted, and nobody said that it was.</returns>
    internal async Task<bool> LoadEncryptionAsync(EncryptionChain chain, CancellationToken cancellationToken)
    {
        await _encrypting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_cipher is not null)
                throw new StorageException(Errno.EEXIST, $"image {Description}: its encryption is loaded already");
            HeaderReading? header = await HeaderReading.FindAsync(this).ConfigureAwait(false);
            if (header is null)
                return chain.IsGuess ? false : throw Invalid("it has no LUKS header");
            SectorCipher cipher = chain.FindSame(header.Start.Span) ?? await header.OpenAsync(chain.Spec).ConfigureAwait(false);
            ReencryptedParent? parent = await OpenParentAsync(chain, header, cipher, cancellationToken).ConfigureAwait(false);
            await UseAsync(cipher, parent).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _encrypting.Release();
        }
    }

    /// <summary>As stored, whether encryption is loaded or not; beyond the end there is nothing to be had.</summary>
    internal ValueTask<int> ReadStoredAsync(ulong offset, Memory<byte> buffer)
    {
        ulong left = StoredSize > offset ? StoredSize - offset : 0;
        return left == 0 ? new ValueTask<int>(0) : _io.ReadAsync(offset, buffer[..(int)Math.Min(left, (ulong)buffer.Length)]);
    }

    /// <summary>The first range in [offset, end) that may hold data.</summary>
    internal async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        ulong shift = DataOffset;
        using IoVisit visit = await _io.VisitAsync().ConfigureAwait(false);
        VolumeExtent? data = await Volume.NextWholeDataAsync(shift + offset, shift + end).ConfigureAwait(false);
        return data is { } found ? found with { Offset = found.Offset - shift } : null;
    }

    /// <summary>Refuses what would take stored bytes of the parent for those of a clone that is encrypted by itself.</summary>
    /// <exception cref="StorageException">EINVAL.</exception>
    internal async Task ThrowIfSealedAsync(string operation)
    {
        if (Header.Parent is null || _cipher is not null)
            return;
        var start = new byte[LuksMagic.Length];
        await ReadStoredAsync(0, start).ConfigureAwait(false);
        if (LuksMagic.IsClone(start))
            throw Invalid($"{operation} needs its encryption loaded, because it is encrypted otherwise than its parent");
    }

    private async Task<ReencryptedParent?> OpenParentAsync(
        EncryptionChain chain, HeaderReading header, SectorCipher cipher, CancellationToken cancellationToken)
    {
        if (Header.Parent is not { } link)
        {
            chain.ThrowIfMore(Description);
            return null;
        }

        Image parent = await ParentLookup.OpenAsync(Pool, Description, link, cancellationToken).ConfigureAwait(false);
        try
        {
            await parent.LoadEncryptionAsync(chain.Next(header.Start, cipher), cancellationToken).ConfigureAwait(false);
            bool isSame = parent._cipher is { } other && other.IsSameAs(cipher);
            if (!isSame || parent._layers.Parent is not null)
                return new ReencryptedParent(parent, cipher, hasHeader: isSame);
        }
        catch
        {
            await parent.CloseAsync().ConfigureAwait(false);
            throw;
        }

        // What is stored reads the same through all of the layers.
        await parent.CloseAsync().ConfigureAwait(false);
        return null;
    }

    private async Task UseAsync(SectorCipher? cipher, ReencryptedParent? parent)
    {
        if (cipher is null && _cipher is null)
            return;
        ReencryptedParent? former = _layers.Parent;
        try
        {
            await _layers.TransformAsync(parent, Transform).ConfigureAwait(false);
        }
        catch
        {
            if (parent is not null)
                await parent.CloseAsync().ConfigureAwait(false);
            throw;
        }

        if (former is not null)
            await former.CloseAsync().ConfigureAwait(false);
        if (cipher is not null && IsWritable)
            await TryGrowVolumeAsync(StoredSize, CancellationToken.None).ConfigureAwait(false);

        void Transform()
        {
            _io.Transform(cipher);
            Volatile.Write(ref _cipher, cipher);
        }
    }

    private async Task RestoreMagicAsync()
    {
        if (await HeaderReading.FindAsync(this).ConfigureAwait(false) is not { IsClone: true } header)
            return;
        foreach ((ulong offset, byte[] bytes) in header.RestoreMagic())
            await _io.WriteAsync(offset, bytes).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }
}
