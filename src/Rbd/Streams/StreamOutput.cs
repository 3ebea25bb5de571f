using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Gathers small fields, little endian, and writes them to a stream at once.</summary>
internal sealed class StreamOutput(Stream stream, CancellationToken cancellationToken)
{
    private readonly MemoryStream _fields = new();

    public StreamOutput Put(byte value)
    {
        _fields.WriteByte(value);
        return this;
    }

    public StreamOutput Put(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _fields.Write(bytes);
        return this;
    }

    public StreamOutput Put(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _fields.Write(bytes);
        return this;
    }

    public StreamOutput Put(ReadOnlyMemory<byte> bytes)
    {
        _fields.Write(bytes.Span);
        return this;
    }

    /// <summary>A text and its 4-byte length.</summary>
    public StreamOutput Put(ByteName name) => Put((uint)name.Length).Put(name.ToBytes());

    /// <summary>Writes what was put, then <paramref name="data"/>.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data = default)
    {
        await stream.WriteAsync(_fields.GetBuffer().AsMemory(0, (int)_fields.Length), cancellationToken).ConfigureAwait(false);
        _fields.SetLength(0);
        if (!data.IsEmpty)
            await stream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
    }
}
