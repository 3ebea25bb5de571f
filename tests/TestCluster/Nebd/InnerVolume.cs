using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>
/// A volume as the CurveBS client inside a nebd-server has it open: with the epoch and the length of that moment, and a patience
/// without end. Segments are looked up in the cluster itself, chunks are asked for over the wire.
/// </summary>
#pragma warning disable CA1001 // Closed by its owner, which need not wait for it.
internal sealed class InnerVolume(Cluster cluster, NameSpace names, Release release, Inode inode, string path)
#pragma warning restore CA1001
{
    private const int RequestSizeMax = 64 * 1024;

    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly RpcMethod s_read = new("curve.chunkserver.ChunkService", "ReadChunk");
    private static readonly RpcMethod s_write = new("curve.chunkserver.ChunkService", "WriteChunk");

    private readonly ulong _epoch = inode.Epoch;
    private readonly RpcChannels _channels = new(RpcChannelOptions.Default, TimeProvider.System);
    private readonly CancellationTokenSource _closed = new();

    public string Path { get; } = path;

    public ulong InodeId { get; } = inode.Id;

    public ulong Length { get; } = inode.Length;

    /// <returns>false: failed for good.</returns>
    public async Task<bool> TransferAsync(ulong offset, Memory<byte> data, bool isWrite)
    {
        while (!data.IsEmpty)
        {
            (ulong chunk, uint inChunk, int length) = Locate(offset, Math.Min(data.Length, RequestSizeMax));
            if (!await TransferAsync(chunk, inChunk, data[..length], isWrite).ConfigureAwait(false))
                return false;
            offset += (ulong)length;
            data = data[length..];
        }

        return true;
    }

    public async Task CloseAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        await _channels.DisposeAsync().ConfigureAwait(false);
    }

    private (ulong Chunk, uint Offset, int Length) Locate(ulong offset, int length)
    {
        const ulong ChunkSize = NameSpace.ChunkSize;
        (ulong unit, ulong count) = inode.StripeCount > 1 ? (inode.StripeUnit, inode.StripeCount) : (ChunkSize, 1UL);
        ulong stripe = offset / unit / count;
        ulong unitsPerChunk = ChunkSize / unit;
        ulong chunk = (stripe / unitsPerChunk * count) + (offset / unit % count);
        ulong inChunk = (stripe % unitsPerChunk * unit) + (offset % unit);
        return (chunk, (uint)inChunk, (int)Math.Min((ulong)length, unit - (offset % unit)));
    }

    private async Task<bool> TransferAsync(ulong chunk, uint inChunk, Memory<byte> data, bool isWrite)
    {
        while (true)
        {
            StatusCode status = FindChunk(chunk, isWrite, out ulong id);
            if (status == StatusCode.SegmentNotAllocated)
            {
                data.Span.Clear();
                return true;
            }

            if (status is not (StatusCode.Ok or StatusCode.StorageError or StatusCode.SegmentAllocateError))
                return false;
            if (status == StatusCode.Ok && await TryAsync(chunk, id, inChunk, data, isWrite).ConfigureAwait(false) is { } outcome)
                return outcome;
            await Task.Delay(s_pause, _closed.Token).ConfigureAwait(false);
        }
    }

    private StatusCode FindChunk(ulong chunk, bool allocates, out ulong id)
    {
        id = 0;
        lock (names.Gate)
        {
            if (cluster.LeadingMds is not { } mds)
                return StatusCode.StorageError;
            StatusCode status = mds.FindSegment(inode.Id, chunk / NameSpace.ChunksPerSegment, allocates, _epoch, out ulong[] chunks);
            if (status == StatusCode.Ok)
                id = chunks[chunk % NameSpace.ChunksPerSegment];
            return status;
        }
    }

    /// <returns>null: to be tried again.</returns>
    private async Task<bool?> TryAsync(ulong chunk, ulong id, uint inChunk, Memory<byte> data, bool isWrite)
    {
        uint copyset = cluster.CopysetOf(id);
        if (cluster.Copysets[copyset].Leader is not { } leader)
            return null;
        using RpcCall call = RpcChannel.Rent(isWrite ? s_write : s_read, s_callTimeout);
        ChunkRequest request = RequestOf(chunk, id, copyset, inChunk, data, isWrite);
        Google.Protobuf.MessageExtensions.WriteTo(request, call.WriteMessage(request.CalculateSize()));
        if (isWrite)
            call.Attach(data);
        else
            call.Lend(data);
        try
        {
            await _channels[RpcEndpoint.Parse(leader.ToString())].CallAsync(call).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            return null;
        }

        return OutcomeOf(ChunkResponse.Parser.ParseFrom(call.Reply.Span).Status, data, isWrite);
    }

    private static bool? OutcomeOf(ChunkOpStatus status, Memory<byte> data, bool isWrite)
    {
        switch (status)
        {
            case ChunkOpStatus.Success:
                return true;
            case ChunkOpStatus.ChunkNotexist when !isWrite:
                data.Span.Clear();
                return true;
            case ChunkOpStatus.EpochTooOld or ChunkOpStatus.InvalidRequest:
                return false;
            default:
                return null;
        }
    }

    private ChunkRequest RequestOf(ulong chunk, ulong id, uint copyset, uint inChunk, Memory<byte> data, bool isWrite)
    {
        var request = new ChunkRequest
        {
            OpType = isWrite ? ChunkOpType.Write : ChunkOpType.Read,
            LogicPoolId = Cluster.LogicalPoolId,
            CopysetId = copyset,
            ChunkId = id,
            Offset = inChunk,
            Size = (uint)data.Length,
        };
        if (isWrite)
            request.Sn = inode.SeqNum;
        if (release.HasEpochs || release.HasLocalSnapshots)
            request.FileId = inode.Id;
        if (isWrite && release.HasEpochs)
            request.Epoch = _epoch;
        if (release.HasLocalSnapshots)
            (request.ChunkIndex, request.Version) = (chunk, 2);
        return request;
    }
}
