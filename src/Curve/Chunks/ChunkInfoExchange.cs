using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.Curve;

/// <summary>A GetChunkInfo: whether a chunk of an allocated segment was ever written.</summary>
internal sealed class ChunkInfoExchange(ChunkPlace place) : ChunkExchange
{
    public override RpcMethod Method => ChunkMethods.GetChunkInfo;

    public bool Exists { get; private set; }

    public override void Write(RpcCall call) => StrictProto.WriteRequest(call, new GetChunkInfoRequest
    {
        LogicPoolId = place.Copyset.LogicalPoolId,
        CopysetId = place.Copyset.Id,
        ChunkId = place.ChunkId,
    });

    public override ChunkAnswer Read(RpcCall call)
    {
        GetChunkInfoResponse response = StrictProto.ReadReply(call, GetChunkInfoResponse.Parser);
        Exists = response.ChunkSn.Count > 0;
        return new ChunkAnswer(response.Status, response.Redirect, 0);
    }
}
