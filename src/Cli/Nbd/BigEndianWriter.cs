using System.Buffers;
using System.Buffers.Binary;

namespace CurveRbd.Cli.Nbd;

/// <summary>Builds a message of big-endian numbers.</summary>
internal sealed class BigEndianWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public BigEndianWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), value);
        return Advance(2);
    }

    public BigEndianWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        return Advance(4);
    }

    public BigEndianWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.GetSpan(8), value);
        return Advance(8);
    }

    public BigEndianWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public BigEndianWriter Zeroes(int count)
    {
        _bytes.GetSpan(count)[..count].Clear();
        return Advance(count);
    }

    /// <summary>Its length (4) and its bytes.</summary>
    public BigEndianWriter Text(string text)
    {
        byte[] bytes = NativeText.Encode(text);
        return U32((uint)bytes.Length).Bytes(bytes);
    }

    private BigEndianWriter Advance(int count)
    {
        _bytes.Advance(count);
        return this;
    }
}
