using System.Buffers.Binary;

namespace CurveRbd.Brpc;

/// <summary>The 12 bytes before every baidu_std message: "PRPC", body size, meta size (big endian).</summary>
internal readonly record struct FrameHeader(int BodySize, int MetaSize)
{
    public const int Size = 12;

    // brpc's own default (max_body_size). Checked before anything is allocated, so that a corrupt length costs one connection
    // and not 4 GiB inside somebody's QEMU.
    public const int BodySizeMax = 64 * 1024 * 1024;

    // Names, ids and an error text: brpc's own metas stay far below. It bounds what is buffered before a frame is understood.
    public const int MetaSizeMax = 64 * 1024;

    private static ReadOnlySpan<byte> Magic => "PRPC"u8;

    /// <returns>false when <paramref name="bytes"/> does not hold a whole header yet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        ReadOnlySpan<byte> start = bytes[..Math.Min(bytes.Length, Magic.Length)];
        if (!Magic.StartsWith(start))
            throw new ProtocolException($"expected \"PRPC\" but the peer sent {Convert.ToHexString(start)}");
        if (bytes.Length < Size)
            return false;

        uint body = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        uint meta = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if (body > BodySizeMax)
            throw new ProtocolException($"body of {body} bytes is over the limit of {BodySizeMax}");
        if (meta > body)
            throw new ProtocolException($"meta of {meta} bytes does not fit in a body of {body}");
        if (meta > MetaSizeMax)
            throw new ProtocolException($"meta of {meta} bytes is over the limit of {MetaSizeMax}");

        header = new FrameHeader((int)body, (int)meta);
        return true;
    }

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], BodySize);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], MetaSize);
    }
}
