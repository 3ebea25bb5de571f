namespace CurveRbd.Rbd;

/// <summary>Writes one diff.</summary>
internal sealed class DiffWriter(StreamOutput output, DiffFormat format)
{
    public ValueTask WriteHeaderAsync(DiffHeader header)
    {
        output.Put(StreamBanners.Diff(format));
        if (header.From is { } from)
            PutTag(DiffTag.FromSnapshot, sizeof(uint) + (ulong)from.Length).Put(from);
        if (header.To is { } to)
            PutTag(DiffTag.ToSnapshot, sizeof(uint) + (ulong)to.Length).Put(to);
        if (header.IsProtected is { } isProtected && format == DiffFormat.V2)
            PutTag(DiffTag.Protection, sizeof(byte)).Put(isProtected ? (byte)1 : (byte)0);
        if (header.Size is { } size)
            PutTag(DiffTag.Size, sizeof(ulong)).Put(size);
        return output.WriteAsync();
    }

    public ValueTask WriteDataAsync(ulong offset, ReadOnlyMemory<byte> data)
    {
        PutRange(DiffTag.Data, offset, (ulong)data.Length, (ulong)data.Length);
        return output.WriteAsync(data);
    }

    /// <summary>Announces data that follows by <see cref="WriteMoreDataAsync"/>.</summary>
    public ValueTask BeginDataAsync(ulong offset, ulong length)
    {
        PutRange(DiffTag.Data, offset, length, length);
        return output.WriteAsync();
    }

    public ValueTask WriteMoreDataAsync(ReadOnlyMemory<byte> data) => output.WriteAsync(data);

    public ValueTask WriteZeroAsync(ulong offset, ulong length)
    {
        PutRange(DiffTag.Zero, offset, length, 0);
        return output.WriteAsync();
    }

    public ValueTask WriteEndAsync() => output.Put((byte)DiffTag.End).WriteAsync();

    private void PutRange(DiffTag tag, ulong offset, ulong length, ulong dataLength) =>
        PutTag(tag, 2 * sizeof(ulong) + dataLength).Put(offset).Put(length);

    private StreamOutput PutTag(DiffTag tag, ulong length)
    {
        output.Put((byte)tag);
        return format == DiffFormat.V2 ? output.Put(length) : output;
    }
}
