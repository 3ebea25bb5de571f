using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Puts a new LUKS header at the start of an image.</summary>
/// <param name="isFast">Makes passphrases easy to guess; for tests.</param>
internal sealed class HeaderCreation(Image image, EncryptionFormat format, EncryptionAlgorithm algorithm, bool isFast)
{
    public async Task<SectorCipher> RunAsync(ReadOnlyMemory<byte> passphrase)
    {
        (byte[] header, SectorCipher cipher) = await Slowly.RunAsync(() => Create(passphrase.Span)).ConfigureAwait(false);
        await WriteAsync(header, cipher.DataOffset).ConfigureAwait(false);
        return cipher;
    }

    private (byte[] Header, SectorCipher Cipher) Create(ReadOnlySpan<byte> passphrase)
    {
        Span<byte> key = stackalloc byte[algorithm == EncryptionAlgorithm.Aes128 ? 32 : 64];
        try
        {
            FillRandomly(key);
            using LuksHeader header = LuksHeader.Create(format, key, image.ObjectSize * image.StripeCount, isFast);
            if (header.DataOffset >= image.StoredSize)
            {
                throw new StorageException(
                    Errno.ENOSPC, $"image {image.Description} has {image.StoredSize} bytes, but the header alone takes {header.DataOffset}");
            }

            header.AddKeySlot(passphrase);
            byte[] bytes = header.ToArray();
            if (image.Records.Header.Value.Parent is not null)
                LuksMagic.MakeClone(bytes);
            return (bytes, header.CipherOf(key));
        }
        finally
        {
            key.Clear();
        }
    }

    // The rest of the header's room too: nothing of a parent, or of what was there before, is to show in it.
    private async Task WriteAsync(byte[] header, ulong room)
    {
        int length = (int)Math.Min((ulong)header.Length, room);
        await image.Layers.Io.WriteAsync(0, header.AsMemory(0, length)).ConfigureAwait(false);
        if ((ulong)length < room)
            await image.Layers.Io.ZeroAsync((ulong)length, room - (ulong)length, ZeroMode.Unmap).ConfigureAwait(false);
        await image.FlushAsync().ConfigureAwait(false);
    }

    private static void FillRandomly(Span<byte> key)
    {
        // Up to 256 bytes come whole once the kernel's generator is seeded.
        if (LibCryptSetup.GetRandom(ref MemoryMarshal.GetReference(key), (nuint)key.Length, 0) != key.Length)
            throw new StorageException((Errno)Marshal.GetLastPInvokeError(), "the kernel gives no random bytes for a key");
    }
}
