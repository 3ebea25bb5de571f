using CurveRbd.Store;

namespace CurveRbd.Rbd;

// All of these run synchronously down to the store's queue, so that the order of calls is the order of overlapping requests, and
// allocate nothing. Results must be taken once, like those of every ValueTask. Continuations may run on a thread of the store and
// must not block it.
public sealed partial class Image
{
    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> on.</summary>
    /// <returns>Bytes read: less than asked for at the end of the image.</returns>
    /// <exception cref="StorageException">EINVAL: starts at or past the end, or wraps. EIO and others from the store.</exception>
    public ValueTask<int> ReadAsync(ulong offset, IoVector buffer)
    {
        if (!TryClip(offset, (ulong)buffer.Length, out ulong length, out StorageException? refusal))
            return ValueTask.FromException<int>(refusal);
        if (length == 0)
            return new ValueTask<int>(0);
        if (IsWritable)
            _times.NoteRead();
        return _io.ReadAsync(DataOffset + offset, length == (ulong)buffer.Length ? buffer : buffer.Slice(0, (int)length));
    }

    /// <returns>Bytes written: less than given at the end of the image.</returns>
    /// <exception cref="StorageException">EINVAL as for reads; EROFS; ENOSPC.</exception>
    public ValueTask<int> WriteAsync(ulong offset, IoVector data)
    {
        if (!TryClipMutation(offset, (ulong)data.Length, out ulong length, out StorageException? refusal))
            return ValueTask.FromException<int>(refusal);
        if (length == 0)
            return new ValueTask<int>(0);
        _times.NoteWrite();
        return _io.WriteAsync(DataOffset + offset, length == (ulong)data.Length ? data : data.Slice(0, (int)length));
    }

    /// <summary>Makes the range read as zeros and gives its space back.</summary>
    /// <returns>Bytes discarded, clipped at the end of the image.</returns>
    public ValueTask<ulong> DiscardAsync(ulong offset, ulong length) => WriteZeroesAsync(offset, length, ZeroMode.Unmap);

    /// <summary>Makes the range read as zeros.</summary>
    /// <returns>Bytes zeroed, clipped at the end of the image.</returns>
    public ValueTask<ulong> WriteZeroesAsync(ulong offset, ulong length, ZeroMode mode)
    {
        if (!TryClipMutation(offset, length, out ulong clipped, out StorageException? refusal))
            return ValueTask.FromException<ulong>(refusal);
        if (clipped == 0)
            return new ValueTask<ulong>(0);
        _times.NoteWrite();
        return _io.ZeroAsync(DataOffset + offset, clipped, mode);
    }

    /// <summary>Fills the range with copies of <paramref name="pattern"/>, which is lent until the request is over.</summary>
    /// <exception cref="StorageException">EINVAL also when the length is not a multiple of the pattern's.</exception>
    public ValueTask<ulong> WriteSameAsync(ulong offset, ulong length, Memory<byte> pattern)
    {
        if (pattern.IsEmpty || length % (ulong)pattern.Length != 0)
        {
            return ValueTask.FromException<ulong>(new StorageException(
                Errno.EINVAL, $"image {Description}: {length} bytes are not made of whole patterns of {pattern.Length}"));
        }

        if (!TryClipMutation(offset, length, out ulong clipped, out StorageException? refusal))
            return ValueTask.FromException<ulong>(refusal);
        if (clipped == 0)
            return new ValueTask<ulong>(0);
        _times.NoteWrite();
        return _io.WriteSameAsync(DataOffset + offset, clipped, pattern);
    }

    /// <summary>Writes <paramref name="data"/> if the image holds <paramref name="compare"/> there; nobody writes in between.</summary>
    /// <exception cref="StorageException">
    /// EINVAL also when the lengths differ, or the range leaves its stripe unit, or everything up to the end of the image is equal
    /// but the range goes beyond it.
    /// </exception>
    public ValueTask<CompareAndWriteResult> CompareAndWriteAsync(ulong offset, IoVector compare, IoVector data)
    {
        if (!TryClipMutation(offset, (ulong)data.Length, out ulong length, out StorageException? refusal))
            return ValueTask.FromException<CompareAndWriteResult>(refusal);
        if (compare.Length != data.Length)
            return ValueTask.FromException<CompareAndWriteResult>(Invalid($"compares {compare.Length} bytes to write {data.Length}"));
        if (data.Length == 0)
            return new ValueTask<CompareAndWriteResult>(new CompareAndWriteResult(0, -1));
        if (offset / StripeUnit != (offset + (ulong)data.Length - 1) / StripeUnit)
        {
            return ValueTask.FromException<CompareAndWriteResult>(
                Invalid($"compare-and-write of {data.Length} bytes at {offset} leaves its stripe unit of {StripeUnit} bytes"));
        }

        if (length < (ulong)data.Length)
            return CompareOnlyAsync(offset, compare.Slice(0, (int)length));
        _times.NoteWrite();
        return _io.CompareAndWriteAsync(DataOffset + offset, compare, data);
    }

    /// <summary>Completes when every write submitted before it survives a crash of the machine.</summary>
    public ValueTask FlushAsync() => !IsWritable ? ValueTask.CompletedTask
        : Ownership.MayFlushAtOnce ? _io.FlushAsync()
        : FlushAsOtherAsync();

    private async ValueTask<CompareAndWriteResult> CompareOnlyAsync(ulong offset, IoVector compare)
    {
        var found = new byte[compare.Length];
        await _io.ReadAsync(DataOffset + offset, found).ConfigureAwait(false);
        var expected = new byte[compare.Length];
        compare.CopyTo(expected);
        int equal = expected.AsSpan().CommonPrefixLength(found);
        return equal < expected.Length
            ? new CompareAndWriteResult(0, equal)
            : throw Invalid($"compare-and-write at {offset} goes beyond the end");
    }

    private bool TryClipMutation(
        ulong offset, ulong length, out ulong clipped, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out StorageException? refusal)
    {
        if (IsWritable)
            return TryClip(offset, length, out clipped, out refusal);
        clipped = 0;
        refusal = ReadOnly();
        return false;
    }

    private bool TryClip(
        ulong offset, ulong length, out ulong clipped, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out StorageException? refusal)
    {
        ulong size = Size;
        clipped = 0;
        refusal = null;
        if (length == 0)
            return true;
        if (offset >= size || offset + length < offset)
        {
            refusal = _view.IsGone
                ? new StorageException(Errno.ENOENT, $"image {Description}: its snapshot with id {SnapshotId} was removed")
                : Invalid($"{length} bytes at {offset} start past its end at {size}");
            return false;
        }

        clipped = Math.Min(length, size - offset);
        return true;
    }

    private StorageException Invalid(string what) => new(Errno.EINVAL, $"image {Description}: {what}");
}
