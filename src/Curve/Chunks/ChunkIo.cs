using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Straight to the chunkservers.</summary>
internal sealed class ChunkIo(VolumeSession session, SegmentMap segments, ChunkClient chunks, int requestSizeMax) : VolumeIo
{
    private readonly ChunkLayout _layout = ChunkLayout.Of(session.File);
    private readonly ulong _chunksPerSegment = session.SegmentSize / session.File.ChunkSize;

    public override long EndedCount => chunks.EndedCount;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override int NextLength(ulong offset, int length) => (int)_layout.Locate(offset, (ulong)Math.Min(length, requestSizeMax)).Length;

    protected override void StartRequest(VolumeTransfer transfer, ulong offset, IoVector data, bool isWrite)
    {
        ChunkPiece piece = _layout.Locate(offset, (ulong)data.Length);
        if (segments.TryGet(piece.ChunkIndex / _chunksPerSegment, out Segment? segment))
            StartRequest(transfer, segment, piece, data, isWrite);
        else
            _ = LocateAndStartAsync(transfer, piece, data, isWrite);
    }

    private async Task LocateAndStartAsync(VolumeTransfer transfer, ChunkPiece piece, IoVector data, bool isWrite)
    {
        try
        {
            ulong index = piece.ChunkIndex / _chunksPerSegment;
            Segment? segment = isWrite
                ? await segments.AllocateAsync(index).ConfigureAwait(false)
                : await segments.FindAsync(index).ConfigureAwait(false);
            if (segment is not null)
            {
                StartRequest(transfer, segment, piece, data, isWrite);
                return;
            }

            data.Clear();
        }
        catch (Exception error)
        {
            transfer.EndRequest(error);
            return;
        }

        transfer.EndRequest(null);
    }

    private void StartRequest(VolumeTransfer transfer, Segment segment, ChunkPiece piece, IoVector data, bool isWrite)
    {
        ChunkPlace place = segment.Chunks[(int)(piece.ChunkIndex % _chunksPerSegment)];
        chunks.Start(ChunkDataExchange.Rent(chunks, transfer, place, piece, data, isWrite, segment.OriginFileId));
    }
}
