using System.Buffers;
using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Bytes on a volume of blocks: a request that is cut out of blocks at its edges reads them whole and, when it writes, writes them
/// back with the rest of their bytes as they were. Whoever calls keeps overlapping requests apart.
/// </summary>
/// <param name="isCertain">Whether what has been read until now is true.</param>
internal sealed class BlockIo(IVolume volume, int blockSize, Func<bool> isCertain)
{
    // One piece of a repeated pattern: long enough for few store requests, short enough to be no burden.
    private const int PatternChunk = 1 << 20;

    private bool IsWhole(ulong offset, ulong length) => ((offset | length) & ((ulong)blockSize - 1)) == 0;

    public ValueTask ReadAsync(IoRequest request) =>
        IsWhole(request.Offset, request.Length)
            ? volume.ReadAsync(request.Offset, request.Data)
            : ReadCutAsync(request);

    public ValueTask WriteAsync(IoRequest request) =>
        IsWhole(request.Offset, request.Length)
            ? volume.WriteAsync(request.Offset, request.Data)
            : WriteCutAsync(request);

    public ValueTask ZeroAsync(IoRequest request) =>
        IsWhole(request.Offset, request.Length)
            ? volume.ZeroAsync(request.Offset, request.Length, request.ZeroMode)
            : ZeroCutAsync(request);

    public async ValueTask WriteSameAsync(IoRequest request)
    {
        if (!request.Pattern.Span.ContainsAnyExcept((byte)0))
        {
            request.ZeroMode = ZeroMode.Unmap;
            await ZeroAsync(request).ConfigureAwait(false);
            return;
        }

        byte[] chunk = RepeatPattern(request, out int chunkLength);
        try
        {
            for (ulong done = 0; done < request.Length;)
            {
                int count = (int)Math.Min((ulong)chunkLength, request.Length - done);
                await WriteRangeAsync(request, request.Offset + done, chunk.AsMemory(0, count)).ConfigureAwait(false);
                done += (ulong)count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    public async ValueTask SparsifyAsync(IoRequest request)
    {
        int length = checked((int)(request.End - request.Start));
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Memory<byte> blocks = rented.AsMemory(0, length);
            await volume.ReadAsync(request.Start, blocks).ConfigureAwait(false);
            ThrowUnlessCertain();
            foreach ((int start, int count, bool isZero) in SparseRuns.Of(blocks, request.Start, request.SparseSize))
            {
                if (isZero)
                    await volume.ZeroAsync(request.Start + (ulong)start, (ulong)count, ZeroMode.Unmap).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public async ValueTask CompareAndWriteAsync(IoRequest request)
    {
        int length = checked((int)(request.End - request.Start));
        byte[] rented = ArrayPool<byte>.Shared.Rent(length + request.Compare.Length);
        try
        {
            Memory<byte> blocks = rented.AsMemory(0, length);
            await volume.ReadAsync(request.Start, blocks).ConfigureAwait(false);
            Memory<byte> range = blocks.Slice((int)(request.Offset - request.Start), request.Data.Length);
            Span<byte> expected = rented.AsSpan(length, request.Compare.Length);
            request.Compare.CopyTo(expected);
            int equal = expected.CommonPrefixLength(range.Span);
            if (equal < expected.Length)
            {
                request.Mismatch = equal;
                return;
            }

            ThrowUnlessCertain();
            request.Data.CopyTo(range.Span);
            await volume.WriteAsync(request.Start, blocks).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadCutAsync(IoRequest request)
    {
        var cut = new CutRange(request, request.Offset, request.Data, blockSize);
        await volume.ReadAsync(cut.Start, cut.Blocks).ConfigureAwait(false);
        cut.CopyEdgesToCaller();
    }

    private ValueTask WriteCutAsync(IoRequest request) => WriteCutAsync(request, request.Offset, request.Data);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteCutAsync(IoRequest request, ulong offset, IoVector data)
    {
        var cut = new CutRange(request, offset, data, blockSize);
        if (cut.HasHead)
            await volume.ReadAsync(cut.Start, cut.HeadBlock).ConfigureAwait(false);
        if (cut.HasTail)
            await volume.ReadAsync(cut.TailStart, cut.TailBlock).ConfigureAwait(false);
        ThrowUnlessCertain();
        cut.CopyEdgesFromCaller();
        await volume.WriteAsync(cut.Start, cut.Blocks).ConfigureAwait(false);
    }

    private ValueTask WriteRangeAsync(IoRequest request, ulong offset, Memory<byte> data) =>
        IsWhole(offset, (ulong)data.Length) ? volume.WriteAsync(offset, data) : WriteCutAsync(request, offset, data);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ZeroCutAsync(IoRequest request)
    {
        ulong mask = (ulong)blockSize - 1;
        ulong end = request.Offset + request.Length;
        ulong firstWhole = (request.Offset + mask) & ~mask;
        ulong lastWhole = end & ~mask;
        if (firstWhole > lastWhole)
        {
            await ZeroPartAsync(request, request.Offset, (int)request.Length).ConfigureAwait(false);
            return;
        }

        if (request.Offset < firstWhole)
            await ZeroPartAsync(request, request.Offset, (int)(firstWhole - request.Offset)).ConfigureAwait(false);
        if (firstWhole < lastWhole)
            await volume.ZeroAsync(firstWhole, lastWhole - firstWhole, request.ZeroMode).ConfigureAwait(false);
        if (lastWhole < end)
            await ZeroPartAsync(request, lastWhole, (int)(end - lastWhole)).ConfigureAwait(false);
    }

    // A part of one block. Nothing is written when it is zero already: a discard must not fill a hole.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ZeroPartAsync(IoRequest request, ulong offset, int length)
    {
        ulong start = offset & ~((ulong)blockSize - 1);
        Memory<byte> block = request.Edges(blockSize)[..blockSize];
        await volume.ReadAsync(start, block).ConfigureAwait(false);
        ThrowUnlessCertain();
        Memory<byte> part = block.Slice((int)(offset - start), length);
        if (request.ZeroMode == ZeroMode.Unmap && !part.Span.ContainsAnyExcept((byte)0))
            return;
        part.Span.Clear();
        await volume.WriteAsync(start, block).ConfigureAwait(false);
    }

    private void ThrowUnlessCertain()
    {
        if (!isCertain())
            throw new UncertainReadException();
    }

    private static byte[] RepeatPattern(IoRequest request, out int length)
    {
        Memory<byte> pattern = request.Pattern;
        int copies = Math.Max(1, (int)Math.Min((ulong)PatternChunk, request.Length) / pattern.Length);
        length = copies * pattern.Length;
        byte[] chunk = ArrayPool<byte>.Shared.Rent(length);
        for (int i = 0; i < copies; i++)
            pattern.CopyTo(chunk.AsMemory(i * pattern.Length));
        return chunk;
    }
}
