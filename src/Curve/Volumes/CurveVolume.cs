using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>An open CurveBS volume. Bytes go the way of its <see cref="VolumeIo"/>; what is known of their place comes from MDS and chunkservers.</summary>
internal sealed class CurveVolume(
    CurveVolumeStore store, VolumePath path, VolumeSession session, SegmentMap segments, ChunkClient chunks, VolumeIo io,
    CancellationTokenSource closing, bool readOnly) : IVolume
{
    private const int ZerosSize = 256 * 1024;

    private static readonly byte[] s_zeros = new byte[ZerosSize];

    private readonly ChunkLayout _layout = ChunkLayout.Of(session.File);
    private readonly ulong _chunksPerSegment = session.SegmentSize / session.File.ChunkSize;
    private readonly ulong _blockSize = session.File.BlockSize;
    private int _isClosed;

    public VolumePath Path { get; } = path;

    public ulong Size => session.File.Length;

    /// <summary>false: requests wait, because the MDS has refused this opening.</summary>
    public bool IsGranted => session.IsGranted;

    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        Check(offset, (ulong)buffer.Length);
        return io.TransferAsync(offset, buffer, isWrite: false);
    }

    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        CheckWritable();
        Check(offset, (ulong)data.Length);
        return io.TransferAsync(offset, data, isWrite: true);
    }

    public async ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        CheckWritable();
        Check(offset, length);
        while (length > 0)
        {
            ChunkPiece piece = _layout.Locate(offset, length);
            if (mode == ZeroMode.Allocate || await HoldsDataAsync(piece.ChunkIndex).ConfigureAwait(false))
                await WriteZerosAsync(offset, piece.Length).ConfigureAwait(false);
            offset += piece.Length;
            length -= piece.Length;
        }
    }

    /// <summary>Nothing to do: a completed write lies on a majority of replicas.</summary>
    public ValueTask FlushAsync()
    {
        ObjectDisposedException.ThrowIf(_isClosed != 0, this);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        ObjectDisposedException.ThrowIf(_isClosed != 0, this);
        end = Math.Min(end, Size);
        while (offset < end)
        {
            // A set is what a stripe goes over: one chunk when not striped.
            ulong set = offset / _layout.SetSize;
            ulong next = Math.Min(end, (set + 1) * _layout.SetSize);
            if (await AnyHoldsDataAsync(set * _layout.StripeCount).ConfigureAwait(false))
                return new VolumeExtent(offset, next - offset);
            offset = await SkipHoleAsync(set, next).ConfigureAwait(false);
        }

        return null;
    }

    public async ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken)
    {
        CheckWritable();
        store.CheckSize(Path, size);
        if (size < Size)
            throw new StorageException(Errno.EINVAL, $"volume {Path} can't shrink from {Size} to {size} bytes: CurveBS volumes only grow");
        await store.Namespace.ExtendAsync(session.Path, session.Owner, size, cancellationToken).ConfigureAwait(false);
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        session.Learn(await store.Namespace.GetAsync(session.Path, session.Owner, cancellationToken).ConfigureAwait(false));

    public long EndedCount => io.EndedCount;

    public void GiveUp()
    {
        if (Volatile.Read(ref _isClosed) != 0)
            return;
        session.GiveUp();
        closing.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await io.DisposeAsync().ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
    }

    private async ValueTask<bool> HoldsDataAsync(ulong chunkIndex)
    {
        Segment? segment = await segments.FindAsync(chunkIndex / _chunksPerSegment).ConfigureAwait(false);
        return segment is not null && await chunks.ExistsAsync(segment.Chunks[(int)(chunkIndex % _chunksPerSegment)]).ConfigureAwait(false);
    }

    private async ValueTask<bool> AnyHoldsDataAsync(ulong firstChunk)
    {
        for (ulong chunk = firstChunk; chunk < firstChunk + _layout.StripeCount; chunk++)
        {
            if (await HoldsDataAsync(chunk).ConfigureAwait(false))
                return true;
        }

        return false;
    }

    /// <returns>Where to look on after a set without data: a segment that is not allocated is skipped as a whole.</returns>
    private async ValueTask<ulong> SkipHoleAsync(ulong set, ulong next)
    {
        ulong segment = set * _layout.StripeCount / _chunksPerSegment;
        if (_layout.IsStriped || await segments.FindAsync(segment).ConfigureAwait(false) is not null)
            return next;
        return (segment + 1) * session.SegmentSize;
    }

    private async ValueTask WriteZerosAsync(ulong offset, ulong length)
    {
        while (length > 0)
        {
            int count = (int)Math.Min(length, ZerosSize);
            await io.TransferAsync(offset, s_zeros.AsMemory(0, count), isWrite: true).ConfigureAwait(false);
            offset += (ulong)count;
            length -= (ulong)count;
        }
    }

    private void CheckWritable()
    {
        if (readOnly)
            throw new StorageException(Errno.EROFS, $"volume {Path} is open for reading only");
    }

    private void Check(ulong offset, ulong length)
    {
        ObjectDisposedException.ThrowIf(_isClosed != 0, this);
        if (offset % _blockSize != 0 || length % _blockSize != 0)
            throw new StorageException(Errno.EINVAL, $"{offset}+{length} on {Path} is not in blocks of {_blockSize} bytes");
        if (offset > Size || length > Size - offset)
            throw new StorageException(Errno.EINVAL, $"{offset}+{length} lies beyond the {Size} bytes of {Path}");
    }
}
