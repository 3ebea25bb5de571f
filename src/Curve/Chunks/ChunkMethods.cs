using CurveRbd.Brpc;

namespace CurveRbd.Curve;

/// <summary>The chunkservers' methods that are called here.</summary>
internal static class ChunkMethods
{
    private const string Chunks = "curve.chunkserver.ChunkService";

    public static readonly RpcMethod ReadChunk = new(Chunks, "ReadChunk");
    public static readonly RpcMethod WriteChunk = new(Chunks, "WriteChunk");
    public static readonly RpcMethod GetChunkInfo = new(Chunks, "GetChunkInfo");
    public static readonly RpcMethod UpdateEpoch = new(Chunks, "UpdateEpoch");
    public static readonly RpcMethod GetLeader = new("curve.chunkserver.CliService2", "GetLeader");
}
