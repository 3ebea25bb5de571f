using System.Buffers;
using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Gathers small fields, little endian, and writes them to a stream at once.</summary>
internal sealed class StreamOutput(Stream stream, CancellationToken cancellationToken)
{
    private readonly ArrayBufferWriter<byte> _fields = new();

    public StreamOutput Put(byte value)
    {
        _fields.GetSpan(1)[0] = value;
        _fields.Advance(1);
        return this;
    }

    public StreamOutput Put(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_fields.GetSpan(sizeof(uint)), value);
        _fields.Advance(sizeof(uint));
        return this;
    }

    public StreamOutput Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_fields.GetSpan(sizeof(ulong)), value);
        _fields.Advance(sizeof(ulong));
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
        await stream.WriteAsync(_fields.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _fields.ResetWrittenCount();
        if (!data.IsEmpty)
            await stream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
    }
}
