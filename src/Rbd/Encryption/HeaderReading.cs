using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The LUKS header at the start of an image.</summary>
internal sealed class HeaderReading
{
    private const int CopyOffset = 8; // in the header of LUKS2

    private readonly Image _image;
    private readonly byte[] _start;

    private HeaderReading(Image image, byte[] start, bool isClone)
    {
        _image = image;
        _start = start;
        IsClone = isClone;
    }

    /// <summary>With the magic that LUKS knows.</summary>
    public ReadOnlyMemory<byte> Start => _start;

    /// <summary>It is marked as that of a clone.</summary>
    public bool IsClone { get; }

    /// <returns>null: there is none.</returns>
    public static async Task<HeaderReading?> FindAsync(Image image)
    {
        var magic = new byte[LuksMagic.Length];
        await image.ReadStoredAsync(0, magic).ConfigureAwait(false);
        if (!LuksMagic.IsLuks(magic))
            return null;
        var start = new byte[Math.Min(image.StoredSize, LuksHeader.UsualSize)];
        await image.ReadStoredAsync(0, start).ConfigureAwait(false);
        bool isClone = LuksMagic.IsClone(start);
        if (isClone)
            LuksMagic.MakeLuks(start);
        return new HeaderReading(image, start, isClone);
    }

    /// <exception cref="StorageException">EPERM: wrong passphrase. EINVAL: not the format, or broken. EOPNOTSUPP.</exception>
    public async Task<SectorCipher> OpenAsync(EncryptionSpec spec)
    {
        try
        {
            using LuksHeader header = LuksHeader.Load(spec.Format, _start);
            ulong dataOffset = header.DataOffset;
            ThrowUnlessFits(dataOffset);
            if (dataOffset > (ulong)_start.Length)
                header.Write((ulong)_start.Length, await ReadRestAsync(dataOffset).ConfigureAwait(false));
            return await Slowly.RunAsync(() => header.Open(spec.Passphrase.Span)).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            throw new StorageException(error.Errno, $"image {_image.Description}: {error.Message}", error);
        }
    }

    /// <summary>What to write, in this order, for the image to have a header that LUKS knows.</summary>
    public IEnumerable<(ulong Offset, byte[] Bytes)> RestoreMagic()
    {
        if (LuksMagic.VersionOf(_start) == 2)
        {
            ulong copy = BinaryPrimitives.ReadUInt64BigEndian(_start.AsSpan(CopyOffset));
            yield return (copy, _start[(int)copy..((int)copy + LuksMagic.Length)]);
        }

        yield return (0, _start[..LuksMagic.Length]);
    }

    private async Task<byte[]> ReadRestAsync(ulong dataOffset)
    {
        var rest = new byte[Math.Min(dataOffset, LuksHeader.SizeMax) - (ulong)_start.Length];
        await _image.ReadStoredAsync((ulong)_start.Length, rest).ConfigureAwait(false);
        return rest;
    }

    private void ThrowUnlessFits(ulong dataOffset)
    {
        if (dataOffset > _image.StoredSize)
            throw new StorageException(Errno.EINVAL, $"it has {_image.StoredSize} bytes, but by its LUKS header the data begins at {dataOffset}");
        ulong period = _image.ObjectSize * _image.StripeCount;
        if (dataOffset % period != 0)
            throw new StorageException(Errno.EINVAL, $"by its LUKS header the data begins at {dataOffset}, which is no multiple of {period}, its objects' size times the stripe count");
    }
}
