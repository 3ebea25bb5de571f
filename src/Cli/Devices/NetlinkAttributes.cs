using System.Buffers;
using System.Runtime.InteropServices;

namespace CurveRbd.Cli.Devices;

/// <summary>Builds netlink attributes: length (2), type (2), value, filled up to four bytes; the host's byte order.</summary>
internal sealed class NetlinkAttributes
{
    private const int HeaderSize = 4;
    private const ushort Nested = 0x8000;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public NetlinkAttributes U32(ushort type, uint value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    public NetlinkAttributes U64(ushort type, ulong value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));

    /// <summary>With the zero byte that ends it.</summary>
    public NetlinkAttributes Text(ushort type, string text) => Add(type, [.. NativeText.Encode(text), 0]);

    public NetlinkAttributes Nest(ushort type, NetlinkAttributes inner) => Add((ushort)(type | Nested), inner.Written);

    /// <returns>The value of the first attribute of that type; empty when there is none.</returns>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= HeaderSize)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            if (length < HeaderSize || length > attributes.Length)
                return default;
            if ((MemoryMarshal.Read<ushort>(attributes[2..]) & ~Nested) == type)
                return attributes[HeaderSize..length];
            attributes = attributes[Math.Min(Aligned(length), attributes.Length)..];
        }

        return default;
    }

    public static int Aligned(int length) => (length + 3) & ~3;

    private NetlinkAttributes Add(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        ushort length = (ushort)(HeaderSize + value.Length);
        MemoryMarshal.Write(header, in length);
        MemoryMarshal.Write(header[2..], in type);
        _bytes.Write(header);
        _bytes.Write(value);
        _bytes.Write(stackalloc byte[Aligned(value.Length) - value.Length]);
        return this;
    }
}
