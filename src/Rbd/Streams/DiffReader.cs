using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Reads one diff, piece by piece: its header, then range after range with their data. What a length says is checked before
/// anything is read or allocated by it.
/// </summary>
internal sealed class DiffReader(StreamInput input, DiffFormat format)
{
    // As Ceph: a longer name is garbage.
    private const uint NameLengthMax = 4096;

    private const ulong RangeLength = 2 * sizeof(ulong);

    private DiffTag? _pending;
    private ulong _pendingLength;
    private ulong _dataLeft;

    /// <summary>Bytes of the stream read so far.</summary>
    public ulong Position => input.Position;

    public async Task<DiffHeader> ReadHeaderAsync()
    {
        await input.ExpectAsync(StreamBanners.Diff(format), "diff banner").ConfigureAwait(false);
        var header = new DiffHeader();
        while (true)
        {
            (DiffTag tag, ulong length) = await ReadTagAsync().ConfigureAwait(false);
            if (tag is DiffTag.Data or DiffTag.Zero or DiffTag.End)
            {
                (_pending, _pendingLength) = (tag, length);
                return header;
            }

            header = await ReadMetadataAsync(header, tag, length).ConfigureAwait(false);
        }
    }

    /// <summary>The next range. Data of the one before that was not read is skipped.</summary>
    public async Task<DiffRecord> ReadRecordAsync()
    {
        await SkipDataAsync(_dataLeft).ConfigureAwait(false);
        (DiffTag tag, ulong length) = _pending is { } pending ? (pending, _pendingLength) : await ReadTagAsync().ConfigureAwait(false);
        _pending = null;
        return tag switch
        {
            DiffTag.End => new DiffRecord(DiffTag.End, 0, 0),
            DiffTag.Data or DiffTag.Zero => await ReadRangeAsync(tag, length).ConfigureAwait(false),
            _ => throw Malformed("tag", $"'{(char)tag}' before byte {input.Position} comes after the first range"),
        };
    }

    /// <summary>The next bytes of the last range's data.</summary>
    public async ValueTask ReadDataAsync(Memory<byte> buffer)
    {
        await input.ReadAsync(buffer, "write data").ConfigureAwait(false);
        _dataLeft -= (ulong)buffer.Length;
    }

    public async ValueTask SkipDataAsync(ulong length)
    {
        if (length == 0)
            return;
        await input.SkipAsync(length, "write data").ConfigureAwait(false);
        _dataLeft -= length;
    }

    /// <summary>Reads a whole diff without its data, to know that it is one.</summary>
    /// <exception cref="ImageStreamException"/>
    public async Task VerifyAsync()
    {
        DiffHeader header = await ReadHeaderAsync().ConfigureAwait(false);
        DiffRecord record;
        do
        {
            record = await ReadRecordAsync().ConfigureAwait(false);
            ThrowUnlessInside(record, header.Size ?? ulong.MaxValue);
        }
        while (!record.IsEnd);
    }

    /// <exception cref="ImageStreamException">EINVAL: the range goes beyond the image's end.</exception>
    public void ThrowUnlessInside(DiffRecord record, ulong size)
    {
        if (record.End > size)
        {
            throw new ImageStreamException(
                Errno.EINVAL,
                "failed to decode IO length",
                $"the range before byte {input.Position} goes from {record.Offset} to {record.End} in an image of {size} bytes");
        }
    }

    private async Task<DiffHeader> ReadMetadataAsync(DiffHeader header, DiffTag tag, ulong length)
    {
        switch (tag)
        {
            case DiffTag.FromSnapshot:
                ThrowIfRepeated(header.From is not null, "start snap name");
                return header with { From = await ReadNameAsync(length, "start snap name").ConfigureAwait(false) };
            case DiffTag.ToSnapshot:
                ThrowIfRepeated(header.To is not null, "end snap name");
                return header with { To = await ReadNameAsync(length, "end snap name").ConfigureAwait(false) };
            case DiffTag.Size:
                ThrowIfRepeated(header.Size is not null, "image size");
                ThrowUnlessLength(length, sizeof(ulong), "image size");
                return header with { Size = await input.ReadUInt64Async("image size").ConfigureAwait(false) };
            case DiffTag.Protection when format == DiffFormat.V2:
                ThrowIfRepeated(header.IsProtected is not null, "snap protection status");
                return header with { IsProtected = await ReadProtectionAsync(length).ConfigureAwait(false) };
            default:
                await SkipUnknownAsync(tag, length).ConfigureAwait(false);
                return header;
        }
    }

    private async Task<ByteName> ReadNameAsync(ulong length, string what)
    {
        ByteName name = await input.ReadNameAsync(NameLengthMax, what).ConfigureAwait(false);
        ThrowUnlessLength(length, sizeof(uint) + (ulong)name.Length, what);
        return name;
    }

    // Ceph 16 writes a length of 8 before the one byte that follows, later releases 1; all of them read one byte.
    private async Task<bool> ReadProtectionAsync(ulong length)
    {
        if (length != sizeof(ulong))
            ThrowUnlessLength(length, sizeof(byte), "snap protection status");
        return await input.ReadByteAsync("snap protection status").ConfigureAwait(false) != 0;
    }

    private async Task SkipUnknownAsync(DiffTag tag, ulong length)
    {
        // Without a length nobody knows where the next record begins.
        if (format == DiffFormat.V1)
            throw Malformed("tag", $"byte {(byte)tag} before byte {input.Position} starts no known record");
        await input.SkipAsync(length, "skipped tag data").ConfigureAwait(false);
    }

    private async Task<DiffRecord> ReadRangeAsync(DiffTag tag, ulong length)
    {
        ulong offset = await input.ReadUInt64Async("IO length").ConfigureAwait(false);
        ulong count = await input.ReadUInt64Async("IO length").ConfigureAwait(false);
        if (offset + count < offset || count > ulong.MaxValue - RangeLength)
            throw Malformed("IO length", $"the range before byte {input.Position} has {count} bytes from {offset} on, past all ends");
        ThrowUnlessLength(length, RangeLength + (tag == DiffTag.Data ? count : 0), "IO length");
        _dataLeft = tag == DiffTag.Data ? count : 0;
        return new DiffRecord(tag, offset, count);
    }

    private async Task<(DiffTag Tag, ulong Length)> ReadTagAsync()
    {
        var tag = (DiffTag)await input.ReadByteAsync("tag").ConfigureAwait(false);
        ulong length = format == DiffFormat.V2 && tag != DiffTag.End
            ? await input.ReadUInt64Async("tag length").ConfigureAwait(false)
            : 0;
        return (tag, length);
    }

    private void ThrowIfRepeated(bool isRepeated, string what)
    {
        if (isRepeated)
            throw Malformed(what, $"there are two of them, the second before byte {input.Position}");
    }

    private void ThrowUnlessLength(ulong length, ulong expected, string what)
    {
        if (format == DiffFormat.V2 && length != expected)
            throw Malformed(what, $"the record before byte {input.Position} says {length} bytes and has {expected}");
    }

    private static ImageStreamException Malformed(string what, string detail) =>
        new(Errno.EBADMSG, $"failed to decode {what}", detail);
}
