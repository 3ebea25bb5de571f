using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CurveRbd.Rados;

/// <summary>A key in cephx' form: le16 type 1 (AES), le32 seconds and le32 nanoseconds of creation, le16 length, 16 secret bytes.</summary>
internal static class CephxKey
{
    private const int HeaderSize = 12;
    private const int SecretSize = 16;

    public static string Create(DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[HeaderSize + SecretSize];
        BinaryPrimitives.WriteUInt16LittleEndian(key, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(key[2..], (uint)now.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32LittleEndian(key[6..], (uint)(now.Ticks % TimeSpan.TicksPerSecond * 100));
        BinaryPrimitives.WriteUInt16LittleEndian(key[10..], SecretSize);
        RandomNumberGenerator.Fill(key[HeaderSize..]);
        return Convert.ToBase64String(key);
    }
}
