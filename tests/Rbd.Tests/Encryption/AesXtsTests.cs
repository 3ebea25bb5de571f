using System.Security.Cryptography;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class AesXtsTests
{
    // IEEE 1619-2007, annex B: vectors 2, 4 (its first 32 bytes) and 10 (its first 32 bytes).
    public static TheoryData<string, ulong, string, string> Vectors => new()
    {
        {
            "11111111111111111111111111111111" + "22222222222222222222222222222222", 0x3333333333,
            "4444444444444444444444444444444444444444444444444444444444444444",
            "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0"
        },
        {
            "27182818284590452353602874713526" + "31415926535897932384626433832795", 0,
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c"
        },
        {
            "2718281828459045235360287471352662497757247093699959574966967627"
            + "3141592653589793238462643383279502884197169399375105820974944592", 0xff,
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Encrypt_gives_the_standards_vectors(string key, ulong unit, string text, string encrypted)
    {
        var aes = new AesXts(Convert.FromHexString(key));
        byte[] data = Convert.FromHexString(text);

        aes.Encrypt(unit, data);

        Assert.Equal(encrypted, Convert.ToHexStringLower(data));
        aes.Decrypt(unit, data);
        Assert.Equal(text, Convert.ToHexStringLower(data));
    }

    [Theory]
    [InlineData(32, 512)]
    [InlineData(64, 4096)]
    [InlineData(64, 16 * 7)]
    public void Encrypt_equals_a_plain_implementation_over_another_AES(int keySize, int length)
    {
        var random = new Random(keySize + length);
        var key = new byte[keySize];
        var text = new byte[length];
        random.NextBytes(key);
        random.NextBytes(text);
        ulong unit = (ulong)random.NextInt64();
        byte[] encrypted = (byte[])text.Clone();

        new AesXts(key).Encrypt(unit, encrypted);

        Assert.Equal(ByTheBook(key, unit, text), encrypted);
        new AesXts(key).Decrypt(unit, encrypted);
        Assert.Equal(text, encrypted);
    }

    [Fact]
    public void Cipher_of_sectors_counts_tweaks_in_512_bytes_and_leaves_zeros_alone()
    {
        var key = new byte[64];
        new Random(1).NextBytes(key);
        var cipher = new SectorCipher(key, sectorSize: 4096, dataOffset: 1 << 20, firstTweak: 0);
        var text = new byte[3 * 4096];
        new Random(2).NextBytes(text.AsSpan(0, 4096));
        new Random(3).NextBytes(text.AsSpan(2 * 4096));
        byte[] stored = (byte[])text.Clone();

        cipher.EncryptSparse((1 << 20) + 4096, stored);

        Assert.Equal(ByTheBook(key, 8, text[..4096]), stored[..4096]);
        Assert.Equal(new byte[4096], stored[4096..8192]);
        Assert.Equal(ByTheBook(key, 24, text[8192..]), stored[8192..]);
        Memory<byte>[] pieces = [stored.AsMemory(0, 1000), stored.AsMemory(1000, 8000), stored.AsMemory(9000)];
        cipher.Decrypt((1 << 20) + 4096, new IoVector(pieces, stored.Length));
        Assert.Equal(text, stored);
    }

    private static byte[] ByTheBook(byte[] key, ulong unit, byte[] text)
    {
        using Aes data = Aes.Create();
        using Aes tweaks = Aes.Create();
        data.Key = key[..(key.Length / 2)];
        tweaks.Key = key[(key.Length / 2)..];
        byte[] tweak = new byte[16];
        BitConverter.GetBytes(unit).CopyTo(tweak, 0);
        tweak = tweaks.EncryptEcb(tweak, PaddingMode.None);
        var encrypted = new byte[text.Length];
        for (int i = 0; i < text.Length; i += 16)
        {
            byte[] block = [.. text.AsSpan(i, 16).ToArray().Zip(tweak, (a, b) => (byte)(a ^ b))];
            block = data.EncryptEcb(block, PaddingMode.None);
            block.Zip(tweak, (a, b) => (byte)(a ^ b)).ToArray().CopyTo(encrypted, i);
            tweak = Double(tweak);
        }

        return encrypted;
    }

    private static byte[] Double(byte[] tweak)
    {
        var doubled = new byte[16];
        int carry = 0;
        for (int i = 0; i < 16; i++)
        {
            doubled[i] = (byte)(tweak[i] << 1 | carry);
            carry = tweak[i] >> 7;
        }

        doubled[0] ^= (byte)(carry * 0x87);
        return doubled;
    }
}
