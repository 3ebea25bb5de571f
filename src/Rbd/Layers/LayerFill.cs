using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Copies what frozen layers read as to a plain volume, holes left out: the filling of a layer that is to replace them. It reports how
/// far the copy is durable, so that it can go on from there.
/// </summary>
/// <param name="onCopied">Gets how far the copy is, in bytes, durable or not, and may throw to end it.</param>
internal sealed class LayerFill(IFillSource source, IVolume target, Action<ulong>? onCopied = null)
{
    private const int ChunkSize = 4 << 20; // one request each way in flight: it shares the store with the host's own requests

    // How much may have to be copied again after a crash. A multiple of the cluster size, as the watermark must be.
    private const ulong ReportEvery = 256UL << 20;

    /// <param name="from">In bytes, as last reported.</param>
    /// <param name="length">Of the image, in bytes; the target is at least as long, rounded up to blocks.</param>
    /// <param name="onFilled">Gets how far the target is filled and durable; at the end, at least the length.</param>
    public async Task RunAsync(ulong from, ulong length, Func<ulong, Task> onFilled, CancellationToken cancellationToken)
    {
        ulong end = OverlayHeader.RoundUp(length, OverlayHeader.ClusterSize);
        while (from < end)
        {
            ulong next = Math.Min(end, from + ReportEvery);
            await CopyAsync(from, Math.Min(next, RoundUpToBlock(length)), length, cancellationToken).ConfigureAwait(false);
            await target.FlushAsync().ConfigureAwait(false);
            await onFilled(next).ConfigureAwait(false);
            from = next;
        }
    }

    private ulong RoundUpToBlock(ulong length) => OverlayHeader.RoundUp(length, (ulong)source.BlockSize);

    // The last block may hold more than is to be copied: what lies behind the length must not show when the image grows.
    private async Task CopyAsync(ulong offset, ulong end, ulong length, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            while (offset < end && await source.NextDataAsync(offset, end).ConfigureAwait(false) is { } data)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Memory<byte> chunk = buffer.AsMemory(0, (int)Math.Min(data.Length, ChunkSize));
                await source.ReadAsync(data.Offset, chunk).ConfigureAwait(false);
                if (data.Offset + (uint)chunk.Length > length)
                    chunk.Span[(int)(length - data.Offset)..].Clear();
                if (chunk.Span.ContainsAnyExcept((byte)0))
                    await target.WriteAsync(data.Offset, chunk).ConfigureAwait(false);
                offset = data.Offset + (uint)chunk.Length;
                onCopied?.Invoke(offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
