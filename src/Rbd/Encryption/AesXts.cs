using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CurveRbd.Rbd;

/// <summary>
/// AES in XTS mode (IEEE 1619) for data units of whole blocks, with the processor's AES instructions: no allocation, and no library
/// that would have to live in the host's process.
/// </summary>
internal sealed class AesXts
{
    private const int BlocksAtOnce = 4; // the instructions overlap; one block after the other would take three times as long

    private readonly Vector128<byte>[] _encryption;
    private readonly Vector128<byte>[] _decryption;
    private readonly Vector128<byte>[] _tweak;

    /// <param name="key">32 bytes for AES-128, 64 for AES-256: first the key of the data, then that of the tweak.</param>
    public AesXts(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (32 or 64))
            throw new ArgumentException($"a key for AES in XTS mode has 32 or 64 bytes, not {key.Length}", nameof(key));
        _encryption = Expand(key[..(key.Length / 2)]);
        _decryption = Invert(_encryption);
        _tweak = Expand(key[(key.Length / 2)..]);
    }

    private interface IDirection
    {
        static abstract Vector128<byte> Round(Vector128<byte> block, Vector128<byte> key);

        static abstract Vector128<byte> LastRound(Vector128<byte> block, Vector128<byte> key);
    }

    /// <summary>Whether the processor has the instructions.</summary>
    public static bool IsSupported => Aes.IsSupported;

    public bool HasSameKeyAs(AesXts other) => _encryption.AsSpan().SequenceEqual(other._encryption) && _tweak.AsSpan().SequenceEqual(other._tweak);

    /// <param name="unit">Number of the data unit.</param>
    /// <param name="data">One data unit, of whole blocks of 16 bytes.</param>
    public void Encrypt(ulong unit, Span<byte> data) => Transform<Encryption>(_encryption, unit, data);

    /// <inheritdoc cref="Encrypt"/>
    public void Decrypt(ulong unit, Span<byte> data) => Transform<Decryption>(_decryption, unit, data);

    private void Transform<T>(Vector128<byte>[] keys, ulong unit, Span<byte> data)
        where T : struct, IDirection
    {
        Span<Vector128<byte>> blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(data);
        Vector128<byte> tweak = EncryptBlock(_tweak, Vector128.Create(unit, 0).AsByte());
        for (; blocks.Length >= BlocksAtOnce; blocks = blocks[BlocksAtOnce..])
            tweak = TransformFour<T>(keys, tweak, blocks);
        foreach (ref Vector128<byte> block in blocks)
        {
            block = TransformBlock<T>(keys, block ^ tweak) ^ tweak;
            tweak = Double(tweak);
        }
    }

    private static Vector128<byte> TransformFour<T>(Vector128<byte>[] keys, Vector128<byte> tweak, Span<Vector128<byte>> blocks)
        where T : struct, IDirection
    {
        Vector128<byte> tweak1 = Double(tweak);
        Vector128<byte> tweak2 = Double(tweak1);
        Vector128<byte> tweak3 = Double(tweak2);
        Vector128<byte> block3 = blocks[3] ^ tweak3 ^ keys[0];
        Vector128<byte> block2 = blocks[2] ^ tweak2 ^ keys[0];
        Vector128<byte> block1 = blocks[1] ^ tweak1 ^ keys[0];
        Vector128<byte> block0 = blocks[0] ^ tweak ^ keys[0];
        for (int round = 1; round < keys.Length - 1; round++)
        {
            Vector128<byte> key = keys[round];
            block0 = T.Round(block0, key);
            block1 = T.Round(block1, key);
            block2 = T.Round(block2, key);
            block3 = T.Round(block3, key);
        }

        blocks[0] = T.LastRound(block0, keys[^1]) ^ tweak;
        blocks[1] = T.LastRound(block1, keys[^1]) ^ tweak1;
        blocks[2] = T.LastRound(block2, keys[^1]) ^ tweak2;
        blocks[3] = T.LastRound(block3, keys[^1]) ^ tweak3;
        return Double(tweak3);
    }

    private static Vector128<byte> EncryptBlock(Vector128<byte>[] keys, Vector128<byte> block) => TransformBlock<Encryption>(keys, block);

    private static Vector128<byte> TransformBlock<T>(Vector128<byte>[] keys, Vector128<byte> block)
        where T : struct, IDirection
    {
        block ^= keys[0];
        for (int round = 1; round < keys.Length - 1; round++)
            block = T.Round(block, keys[round]);
        return T.LastRound(block, keys[^1]);
    }

    // Times x in GF(2^128), least significant byte first.
    private static Vector128<byte> Double(Vector128<byte> tweak)
    {
        ulong low = tweak.AsUInt64()[0];
        ulong high = tweak.AsUInt64()[1];
        ulong carry = (ulong)((long)high >> 63) & 0x87;
        return Vector128.Create(low << 1 ^ carry, high << 1 | low >> 63).AsByte();
    }

    // FIPS 197, section 5.2.
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        int keyWords = key.Length / 4;
        var rounds = new Vector128<byte>[keyWords + 7];
        Span<uint> words = MemoryMarshal.Cast<Vector128<byte>, uint>(rounds.AsSpan());
        for (int i = 0; i < keyWords; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        uint constant = 1;
        for (int i = keyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % keyWords == 0)
            {
                word = Substitute(uint.RotateRight(word, 8)) ^ constant;
                constant = constant << 1 ^ ((constant & 0x80) == 0 ? 0u : 0x11b);
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = Substitute(word);
            }

            words[i] = words[i - keyWords] ^ word;
        }

        return rounds;
    }

    private static uint Substitute(uint word) => Aes.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32()[0];

    private static Vector128<byte>[] Invert(Vector128<byte>[] encryption)
    {
        var decryption = new Vector128<byte>[encryption.Length];
        for (int i = 0; i < decryption.Length; i++)
        {
            Vector128<byte> key = encryption[^(i + 1)];
            decryption[i] = i == 0 || i == decryption.Length - 1 ? key : Aes.InverseMixColumns(key);
        }

        return decryption;
    }

    private readonly struct Encryption : IDirection
    {
        public static Vector128<byte> Round(Vector128<byte> block, Vector128<byte> key) => Aes.Encrypt(block, key);

        public static Vector128<byte> LastRound(Vector128<byte> block, Vector128<byte> key) => Aes.EncryptLast(block, key);
    }

    private readonly struct Decryption : IDirection
    {
        public static Vector128<byte> Round(Vector128<byte> block, Vector128<byte> key) => Aes.Decrypt(block, key);

        public static Vector128<byte> LastRound(Vector128<byte> block, Vector128<byte> key) => Aes.DecryptLast(block, key);
    }
}
