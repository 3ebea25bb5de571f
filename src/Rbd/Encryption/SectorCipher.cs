using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Encrypts the sectors of an image as dm-crypt's aes-xts-plain64 does. A sector that is all zeros where it is stored was never
/// written or has been discarded, and is zeros: no text encrypts to that in the life of the universe.
/// </summary>
/// <param name="sectorSize">In bytes.</param>
/// <param name="dataOffset">Where the data begins behind the header, in bytes.</param>
/// <param name="firstTweak">The tweak of the data's first 512 bytes.</param>
internal sealed class SectorCipher(ReadOnlySpan<byte> key, int sectorSize, ulong dataOffset, ulong firstTweak)
{
    // Whatever the sector size, tweaks count these.
    private const int TweakUnit = 512;

    private readonly AesXts _aes = new(key);

    public int SectorSize => sectorSize;

    public ulong DataOffset => dataOffset;

    private ulong FirstTweak => firstTweak;

    /// <summary>Whether both turn the same bytes into the same.</summary>
    public bool IsSameAs(SectorCipher other) =>
        (SectorSize, DataOffset, FirstTweak) == (other.SectorSize, other.DataOffset, other.FirstTweak) && _aes.HasSameKeyAs(other._aes);

    /// <param name="offset">Where it is stored, in bytes, behind the header.</param>
    /// <param name="data">Whole sectors.</param>
    public void Encrypt(ulong offset, Span<byte> data)
    {
        for (; !data.IsEmpty; data = data[sectorSize..], offset += (ulong)sectorSize)
            _aes.Encrypt(TweakOf(offset), data[..sectorSize]);
    }

    /// <summary>As <see cref="Encrypt"/>, but zeros stay zeros, as if they had never been written.</summary>
    public void EncryptSparse(ulong offset, Span<byte> data)
    {
        for (; !data.IsEmpty; data = data[sectorSize..], offset += (ulong)sectorSize)
        {
            Span<byte> sector = data[..sectorSize];
            if (sector.ContainsAnyExcept((byte)0))
                _aes.Encrypt(TweakOf(offset), sector);
        }
    }

    /// <inheritdoc cref="Encrypt"/>
    public void Decrypt(ulong offset, Span<byte> data)
    {
        for (; !data.IsEmpty; data = data[sectorSize..], offset += (ulong)sectorSize)
        {
            Span<byte> sector = data[..sectorSize];
            if (sector.ContainsAnyExcept((byte)0))
                _aes.Decrypt(TweakOf(offset), sector);
        }
    }

    /// <inheritdoc cref="Encrypt"/>
    public void Decrypt(ulong offset, IoVector data)
    {
        if (data.TryGetSingle(out Memory<byte> single))
        {
            Decrypt(offset, single.Span);
            return;
        }

        Span<byte> gathered = stackalloc byte[sectorSize];
        for (int done = 0; done < data.Length; done += sectorSize)
        {
            IoVector sector = data.Slice(done, sectorSize);
            if (sector.TryGetSingle(out Memory<byte> whole))
            {
                Decrypt(offset + (ulong)done, whole.Span);
                continue;
            }

            sector.CopyTo(gathered);
            Decrypt(offset + (ulong)done, gathered);
            sector.CopyFrom(gathered);
        }
    }

    private ulong TweakOf(ulong offset) => firstTweak + (offset - dataOffset) / TweakUnit;
}
