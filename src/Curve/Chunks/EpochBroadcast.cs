using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Tells every chunkserver the new epoch of a volume, so that writes with an older one bounce.</summary>
internal sealed class EpochBroadcast(RpcChannels channels, CurveOptions options, TimeProvider time)
{
    private const int InFlightMax = 200;

    public Task TellAsync(ulong fileId, ulong epoch, IReadOnlyList<ChunkServerLocation> servers, CancellationToken cancellationToken)
    {
        var limit = new ParallelOptions { MaxDegreeOfParallelism = InFlightMax, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(
            servers.Select(ChunkServerPeer.From), limit, async (peer, token) => await TellAsync(fileId, epoch, peer.Endpoint, token).ConfigureAwait(false));
    }

    /// <summary>A chunkserver that is down counts as told: it asks the MDS for all epochs when it comes back.</summary>
    private async Task TellAsync(ulong fileId, ulong epoch, RpcEndpoint server, CancellationToken cancellationToken)
    {
        ChunkRetryPolicy policy = options.ChunkRetry;
        for (TimeSpan timeout = policy.GetLeaderTimeout; ; timeout = timeout < policy.CallTimeoutMax ? 2 * timeout : timeout)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await TellOnceAsync(fileId, epoch, server, timeout).ConfigureAwait(false);
                return;
            }
            catch (RpcException error) when (IsDown(error))
            {
                return;
            }
            catch (RpcException)
            {
                await Task.Delay(policy.Delay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TellOnceAsync(ulong fileId, ulong epoch, RpcEndpoint server, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(ChunkMethods.UpdateEpoch, timeout);
        StrictProto.WriteRequest(call, new UpdateEpochRequest { FileID = fileId, Epoch = epoch });
        await channels[server].CallAsync(call).ConfigureAwait(false);
        ChunkOpStatus status = StrictProto.ReadReply(call, UpdateEpochResponse.Parser).Status;
        if (status == ChunkOpStatus.EpochTooOld)
            throw new StorageException(Errno.EAGAIN, $"{server} knows a newer epoch than {epoch} of file {fileId}: somebody else is fencing it");
        if (status != ChunkOpStatus.Success)
            throw new StorageException(Errno.EIO, $"{server} answers {status} to epoch {epoch} of file {fileId}");
    }

    private static bool IsDown(RpcException error) =>
        error.Code is RpcErrorCode.ELOGOFF or RpcErrorCode.EHOSTDOWN or RpcErrorCode.ECONNRESET or RpcErrorCode.ECONNREFUSED or RpcErrorCode.EEOF;
}
