using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CurveRbd.Rbd.Tests;

/// <summary>Spells diffs out byte by byte, independent of the code that writes them.</summary>
internal sealed class DiffBytes
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly bool _isV2;

    private DiffBytes(bool isV2)
    {
        _isV2 = isV2;
        Text(isV2 ? "rbd diff v2\n" : "rbd diff v1\n");
    }

    public static DiffBytes V1 => new(false);

    public static DiffBytes V2 => new(true);

    public DiffBytes From(string name) => Tag('f', 4 + (ulong)name.Length).U32((uint)name.Length).Text(name);

    public DiffBytes To(string name) => Tag('t', 4 + (ulong)name.Length).U32((uint)name.Length).Text(name);

    public DiffBytes Protected(byte value, ulong length = 1) => Tag('p', length).Raw(value);

    public DiffBytes Size(ulong size) => Tag('s', 8).U64(size);

    public DiffBytes Data(ulong offset, params byte[] data) =>
        Tag('w', 16 + (ulong)data.Length).U64(offset).U64((ulong)data.Length).Raw(data);

    public DiffBytes Zero(ulong offset, ulong length) => Tag('z', 16).U64(offset).U64(length);

    public byte[] End() => Raw((byte)'e').ToArray();

    public DiffBytes Tag(char tag, ulong length)
    {
        Raw((byte)tag);
        return _isV2 ? U64(length) : this;
    }

    public DiffBytes U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public DiffBytes U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public DiffBytes Text(string text) => Raw(Encoding.ASCII.GetBytes(text));

    public DiffBytes Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
