using System.Collections.Concurrent;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>All copysets this process has met, shared by its volumes.</summary>
internal sealed class CopysetDirectory(
    MdsClient mds, RpcChannels channels, CurveOptions options, TimeProvider time, CancellationToken closing)
{
    private readonly ConcurrentDictionary<(uint Pool, uint Id), Copyset> _copysets = new();

    public RpcChannels Channels { get; } = channels;

    public ChunkRetryPolicy Retry { get; } = options.ChunkRetry;

    public TimeProvider Time { get; } = time;

    public CancellationToken Closing { get; } = closing;

    /// <summary>The copysets with these ids, in this order; those not yet known are asked for in one request.</summary>
    public async Task<Copyset[]> GetAsync(uint pool, IReadOnlyList<uint> ids, CancellationToken cancellationToken)
    {
        uint[] unknown = ids.Distinct().Where(id => !_copysets.ContainsKey((pool, id))).ToArray();
        if (unknown.Length > 0)
            await LearnAsync(pool, unknown, cancellationToken).ConfigureAwait(false);
        return ids.Select(id => _copysets[(pool, id)]).ToArray();
    }

    /// <summary>Who holds replicas of a copyset now.</summary>
    public async Task<IReadOnlyList<ChunkServerPeer>> FetchPeersAsync(uint pool, uint id, CancellationToken cancellationToken)
    {
        GetChunkServerListInCopySetsResponse reply = await FetchAsync(pool, [id], options.MdsRetry.TotalTimeout, cancellationToken).ConfigureAwait(false);
        return PeersOf(reply.CsInfo[0]);
    }

    private async Task LearnAsync(uint pool, uint[] ids, CancellationToken cancellationToken)
    {
        GetChunkServerListInCopySetsResponse reply = await FetchAsync(pool, ids, options.OperationTimeout, cancellationToken).ConfigureAwait(false);
        foreach (CopySetServerInfo info in reply.CsInfo)
            _copysets.GetOrAdd((pool, info.CopysetId), key => new Copyset(key.Pool, key.Id, PeersOf(info), this));
    }

    private async Task<GetChunkServerListInCopySetsResponse> FetchAsync(uint pool, uint[] ids, TimeSpan timeout, CancellationToken cancellationToken)
    {
        GetChunkServerListInCopySetsResponse reply = await mds.CallAsync(
            MdsMethods.GetChunkServerListInCopySets,
            () =>
            {
                var request = new GetChunkServerListInCopySetsRequest { LogicalPoolId = pool };
                request.CopysetId.AddRange(ids);
                return request;
            },
            GetChunkServerListInCopySetsResponse.Parser,
            static _ => true,
            timeout,
            cancellationToken).ConfigureAwait(false);
        if (reply.StatusCode != 0 || reply.CsInfo.Count != ids.Length || reply.CsInfo.Any(info => info.CsLocs.Count == 0))
            throw new StorageException(Errno.EIO, $"copysets {string.Join(", ", ids)} of pool {pool}: the MDS answers topology error {reply.StatusCode} and {reply.CsInfo.Count} of {ids.Length}");
        return reply;
    }

    private static ChunkServerPeer[] PeersOf(CopySetServerInfo info) => [.. info.CsLocs.Select(ChunkServerPeer.From)];
}
