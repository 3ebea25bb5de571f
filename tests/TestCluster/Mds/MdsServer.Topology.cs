using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using Google.Protobuf;

namespace CurveRbd.TestCluster;

/// <summary>What the cluster consists of.</summary>
public sealed partial class MdsServer
{
    private const int CopysetNotFound = -11;

    private RpcReply ServeTopology(RpcRequest request) => request.Method switch
    {
        "GetClusterInfo" => Reply(new GetClusterInfoResponse { StatusCode = 0, ClusterId = _names.ClusterId }),
        "GetChunkServerListInCopySets" => Reply(ListCopysets(Parse(request, GetChunkServerListInCopySetsRequest.Parser))),
        "GetChunkServerInCluster" => Reply(ListChunkServers()),
        "ListPhysicalPool" => Reply(ListPhysicalPools()),
        "ListLogicalPool" => Reply(ListLogicalPools()),
        "ListPoolset" when _options.Release.HasPoolsets => Reply(ListPoolsets()),
        _ => NoMethod(request),
    };

    private GetChunkServerListInCopySetsResponse ListCopysets(GetChunkServerListInCopySetsRequest request)
    {
        var response = new GetChunkServerListInCopySetsResponse { StatusCode = 0 };
        foreach (uint id in request.CopysetId)
        {
            if (request.LogicalPoolId != Cluster.LogicalPoolId || !_cluster.Copysets.TryGetValue(id, out CopysetGroup? group))
            {
                response.StatusCode = CopysetNotFound;
                return response;
            }

            var info = new CopySetServerInfo { CopysetId = id };
            info.CsLocs.AddRange(group.Members.Select(Cluster.LocationOf));
            response.CsInfo.Add(info);
        }

        return response;
    }

    private GetChunkServerInClusterResponse ListChunkServers()
    {
        var response = new GetChunkServerInClusterResponse { StatusCode = 0 };
        ulong used = _cluster.AllocatedBytes(_names) * (ulong)Cluster.Replicas / (ulong)_cluster.ChunkServers.Count;
        response.ChunkServerInfos.AddRange(_cluster.ChunkServers.Select(server => new ChunkServerInfo
        {
            ChunkServerID = server.Id,
            DiskType = "nvme",
            HostIp = server.Address.Address.ToString(),
            Port = (uint)server.Address.Port,
            Status = ChunkServerStatus.ReadWrite,
            DiskStatus = DiskState.Normal,
            OnlineState = server.IsListening ? OnlineState.Online : OnlineState.Offline,
            MountPoint = $"local:///data/chunkserver{server.Id}",
            DiskCapacity = _cluster.ChunkServerBytes,
            DiskUsed = used,
        }));
        return response;
    }

    private ListPhysicalPoolResponse ListPhysicalPools()
    {
        var pool = new PhysicalPoolInfo { PhysicalPoolID = 1, PhysicalPoolName = "pool1" };
        if (_options.Release.HasPoolsets)
            (pool.PoolsetId, pool.PoolsetName) = (1, "default");
        var response = new ListPhysicalPoolResponse { StatusCode = 0 };
        response.PhysicalPoolInfos.Add(pool);
        return response;
    }

    private ListLogicalPoolResponse ListLogicalPools()
    {
        var response = new ListLogicalPoolResponse { StatusCode = 0 };
        response.LogicalPoolInfos.Add(new LogicalPoolInfo
        {
            LogicalPoolID = Cluster.LogicalPoolId,
            LogicalPoolName = "logical1",
            PhysicalPoolID = 1,
            Type = LogicalPoolType.PageFile,
            CreateTime = _names.Root.Created / 1_000_000,
            RedundanceAndPlaceMentPolicy = ByteString.CopyFromUtf8($$"""{"replicaNum":{{Cluster.Replicas}},"copysetNum":{{_cluster.Copysets.Count}},"zoneNum":3}"""),
            UserPolicy = ByteString.CopyFromUtf8("{}"),
            AllocateStatus = AllocateStatus.Allow,
        });
        return response;
    }

    private static ListPoolsetResponse ListPoolsets()
    {
        var response = new ListPoolsetResponse { StatusCode = 0 };
        response.PoolsetInfos.Add(new PoolsetInfo { PoolsetID = 1, PoolsetName = "default", Type = "" });
        return response;
    }
}
