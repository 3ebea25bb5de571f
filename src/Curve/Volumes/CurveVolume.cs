using System.Buffers;
using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>An open CurveBS volume, its chunks read and written directly.</summary>
internal sealed class CurveVolume(
    CurveVolumeStore store, VolumePath path, VolumeSession session, SegmentMap segments, ChunkClient chunks, bool readOnly) : IVolume
{
    private const int ZerosSize = 256 * 1024;

    private static readonly byte[] s_zeros = new byte[ZerosSize];

    private readonly ChunkLayout _layout = ChunkLayout.Of(session.File);
    private readonly ulong _chunksPerSegment = session.SegmentSize / session.File.ChunkSize;
    private readonly ulong _blockSize = session.File.BlockSize;
    private readonly int _requestSizeMax = store.Options.ChunkRequestSizeMax;
    private int _isClosed;

    public VolumePath Path { get; } = path;

    public ulong Size => session.File.Length;

    /// <summary>false: requests wait, because the MDS has refused this opening.</summary>
    public bool IsGranted => session.IsGranted;

    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        Check(offset, (ulong)buffer.Length);
        return TransferAsync(offset, buffer, isWrite: false);
    }

    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        CheckWritable();
        Check(offset, (ulong)data.Length);
        return TransferAsync(offset, data, isWrite: true);
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

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await session.DisposeAsync().ConfigureAwait(false);
        chunks.Dispose();
    }

    /// <summary>One request goes its way at once; several are started together and all waited for, because their memory is lent.</summary>
    private ValueTask TransferAsync(ulong offset, IoVector data, bool isWrite)
    {
        if (data.Length == 0)
            return ValueTask.CompletedTask;
        ChunkPiece first = NextRequest(offset, data.Length);
        return first.Length == data.Length ? RequestAsync(first, data, isWrite) : TransferManyAsync(offset, data, isWrite);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TransferManyAsync(ulong offset, IoVector data, bool isWrite)
    {
        ValueTask[] requests = ArrayPool<ValueTask>.Shared.Rent(CountRequests(offset, data.Length));
        int count = 0;
        for (int done = 0; done < data.Length;)
        {
            ChunkPiece piece = NextRequest(offset + (ulong)done, data.Length - done);
#pragma warning disable CA2012 // Each is awaited exactly once, below.
            requests[count++] = RequestAsync(piece, data.Slice(done, (int)piece.Length), isWrite);
#pragma warning restore CA2012
            done += (int)piece.Length;
        }

        Exception? failure = null;
        for (int i = 0; i < count; i++)
        {
            try
            {
                await requests[i].ConfigureAwait(false);
            }
            catch (Exception error)
            {
                failure ??= error;
            }
        }

        Array.Clear(requests, 0, count);
        ArrayPool<ValueTask>.Shared.Return(requests);
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private ChunkPiece NextRequest(ulong offset, int length) => _layout.Locate(offset, (ulong)Math.Min(length, _requestSizeMax));

    private int CountRequests(ulong offset, int length)
    {
        int count = 0;
        for (int done = 0; done < length; count++)
            done += (int)NextRequest(offset + (ulong)done, length - done).Length;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RequestAsync(ChunkPiece piece, IoVector data, bool isWrite)
    {
        Segment? segment = isWrite
            ? await segments.AllocateAsync(piece.ChunkIndex / _chunksPerSegment).ConfigureAwait(false)
            : await segments.FindAsync(piece.ChunkIndex / _chunksPerSegment).ConfigureAwait(false);
        if (segment is null)
        {
            data.Clear();
            return;
        }

        ChunkPlace place = segment.Chunks[(int)(piece.ChunkIndex % _chunksPerSegment)];
        if (isWrite)
            await chunks.WriteAsync(place, piece.ChunkIndex, piece.Offset, data, segment.OriginFileId).ConfigureAwait(false);
        else
            await chunks.ReadAsync(place, piece.ChunkIndex, piece.Offset, data).ConfigureAwait(false);
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
            await TransferAsync(offset, s_zeros.AsMemory(0, count), isWrite: true).ConfigureAwait(false);
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
