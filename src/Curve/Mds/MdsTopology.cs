using System.Text.Json;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Curve;

/// <summary>What the cluster consists of.</summary>
internal sealed class MdsTopology(MdsClient mds, CurveOptions options)
{
    /// <param name="timeout">For all tries; zero or less = none.</param>
    public async Task<string> GetClusterIdAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        GetClusterInfoResponse reply = await mds.CallAsync(
            MdsMethods.GetClusterInfo, static () => new GetClusterInfoRequest(), GetClusterInfoResponse.Parser,
            static _ => true, timeout, cancellationToken).ConfigureAwait(false);
        Demand(reply.StatusCode, "ask the cluster's id");
        return reply.ClusterId;
    }

    public async Task<CurveCapabilities> DetectAsync(CancellationToken cancellationToken) => new(
        HasEpochs: await mds.KnowsAsync(MdsMethods.IncreaseFileEpoch, cancellationToken).ConfigureAwait(false),
        HasDeallocation: await mds.KnowsAsync(MdsMethods.DeAllocateSegment, cancellationToken).ConfigureAwait(false),
        HasPoolsets: await mds.KnowsAsync(MdsMethods.ListPoolset, cancellationToken).ConfigureAwait(false),
        HasLocalSnapshots: await mds.KnowsAsync(MdsMethods.Flatten, cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<ChunkServerInfo>> ListChunkServersAsync(CancellationToken cancellationToken)
    {
        GetChunkServerInClusterResponse reply = await CallAsync(
            MdsMethods.GetChunkServerInCluster, static () => new GetChunkServerInClusterRequest(), GetChunkServerInClusterResponse.Parser, cancellationToken)
            .ConfigureAwait(false);
        Demand(reply.StatusCode, "list the chunkservers");
        return reply.ChunkServerInfos;
    }

    public async Task<IReadOnlyList<CurvePool>> ListPoolsAsync(CancellationToken cancellationToken)
    {
        ListPhysicalPoolResponse physical = await CallAsync(
            MdsMethods.ListPhysicalPool, static () => new ListPhysicalPoolRequest(), ListPhysicalPoolResponse.Parser, cancellationToken)
            .ConfigureAwait(false);
        Demand(physical.StatusCode, "list the physical pools");

        var pools = new List<CurvePool>();
        foreach (PhysicalPoolInfo pool in physical.PhysicalPoolInfos)
        {
            ListLogicalPoolResponse logical = await CallAsync(
                MdsMethods.ListLogicalPool, () => new ListLogicalPoolRequest { PhysicalPoolID = pool.PhysicalPoolID }, ListLogicalPoolResponse.Parser, cancellationToken)
                .ConfigureAwait(false);
            Demand(logical.StatusCode, "list the logical pools");
            pools.AddRange(logical.LogicalPoolInfos.Select(PoolOf));
        }

        return pools;
    }

    private static CurvePool PoolOf(LogicalPoolInfo info) => new(
        info.LogicalPoolName,
        ReplicasOf(info.RedundanceAndPlaceMentPolicy),
        DateTimeOffset.FromUnixTimeSeconds((long)info.CreateTime));

    private static int ReplicasOf(ByteString policy)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(policy.Memory);
            return json.RootElement.TryGetProperty("replicaNum", out JsonElement replicas) ? replicas.GetInt32() : 1;
        }
        catch (JsonException)
        {
            return 1;
        }
    }

    private Task<T> CallAsync<T>(RpcMethod method, Func<IMessage> create, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        mds.CallAsync(method, create, parser, static _ => true, options.MdsRetry.TotalTimeout, cancellationToken);

    private static void Demand(int status, string doing)
    {
        if (status != 0)
            throw new StorageException(Errno.EIO, $"{doing}: the MDS answers topology error {status}");
    }
}
