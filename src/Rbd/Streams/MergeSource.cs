using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One of the two diffs of a merge: its ranges in order, as much of the first one as is not consumed yet.</summary>
/// <param name="name">"first" or "second", for messages.</param>
internal sealed class MergeSource(StreamInput input, string name)
{
    private readonly DiffReader _reader = new(input, DiffFormat.V1);
    private DiffRecord? _current;
    private ulong _end; // of the last range
    private ulong _grownSize;
    private bool _isOver;

    /// <summary>Of the image at the diff's end, in bytes.</summary>
    public ulong Size { get; private set; }

    /// <summary>How far in the image it is, in bytes.</summary>
    public ulong Offset => _current?.Offset ?? _end;

    public async Task<DiffHeader> ReadHeaderAsync()
    {
        try
        {
            DiffHeader header = await _reader.ReadHeaderAsync().ConfigureAwait(false);
            Size = header.Size ?? throw new ImageStreamException(Errno.EINVAL, "failed to decode image size", "the diff says none");
            return header;
        }
        catch (ImageStreamException error)
        {
            throw Failed(error.Errno, $"failed to parse {name} diff header", error);
        }
    }

    /// <summary>
    /// Ends with a hole up to <paramref name="size"/> if that is more: what an image held there before it was cut off must not come
    /// back when it grows again.
    /// </summary>
    public void Grow(ulong size) => _grownSize = size;

    /// <summary>The range that comes next; empty ones are left out.</summary>
    public async ValueTask<DiffRecord> PeekAsync()
    {
        while (_current is not { } current || (current.Length == 0 && !current.IsEnd))
            _current = await ReadRecordAsync().ConfigureAwait(false);
        return _current.Value;
    }

    /// <summary>Consumes the next bytes of the current range's data.</summary>
    public async ValueTask ReadAsync(Memory<byte> buffer)
    {
        try
        {
            await _reader.ReadDataAsync(buffer).ConfigureAwait(false);
        }
        catch (ImageStreamException error)
        {
            throw Failed(error.Errno, "failed to merge diff chunk", error);
        }

        Advance((ulong)buffer.Length);
    }

    /// <summary>Leaves the next bytes of the current range out.</summary>
    public async ValueTask DropAsync(ulong length)
    {
        try
        {
            if (_current is { HasData: true })
                await _reader.SkipDataAsync(length).ConfigureAwait(false);
        }
        catch (ImageStreamException error)
        {
            throw Failed(error.Errno, $"failed to skip {name} diff data", error);
        }

        Advance(length);
    }

    private async Task<DiffRecord> ReadRecordAsync()
    {
        if (_isOver)
            return new DiffRecord(DiffTag.End, _end, 0);
        DiffRecord record;
        try
        {
            record = await _reader.ReadRecordAsync().ConfigureAwait(false);
            _reader.ThrowUnlessInside(record, Size);
        }
        catch (ImageStreamException error)
        {
            throw Failed(error.Errno, $"failed to read {name} diff data chunk header", error);
        }

        if (record.IsEnd)
            return End();
        if (record.Offset < _end)
        {
            throw new ImageStreamException(
                Errno.EOPNOTSUPP,
                $"out-of-order offset from {name} diff ({_end} > {record.Offset})",
                "ranges must come in the order in which they lie in the image");
        }

        _end = record.End;
        return record;
    }

    private DiffRecord End()
    {
        _isOver = true;
        _end = Math.Max(Size, _grownSize);
        return new DiffRecord(DiffTag.Zero, Size, _end - Size); // an empty one is left out
    }

    private void Advance(ulong length)
    {
        DiffRecord current = _current!.Value;
        _current = current with { Offset = current.Offset + length, Length = current.Length - length };
    }

    private static ImageStreamException Failed(Errno errno, string summary, ImageStreamException error) =>
        new(errno, summary, error.Message, error.IsMalformed, error);
}
