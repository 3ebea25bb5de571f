using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Straight to the chunkservers.</summary>
internal sealed class ChunkIo(VolumeSession session, SegmentMap segments, ChunkClient chunks, int requestSizeMax) : VolumeIo
{
    private readonly ChunkLayout _layout = ChunkLayout.Of(session.File);
    private readonly ulong _chunksPerSegment = session.SegmentSize / session.File.ChunkSize;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override int NextLength(ulong offset, int length) => (int)_layout.Locate(offset, (ulong)Math.Min(length, requestSizeMax)).Length;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask RequestAsync(ulong offset, IoVector data, bool isWrite)
    {
        ChunkPiece piece = _layout.Locate(offset, (ulong)data.Length);
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
}
