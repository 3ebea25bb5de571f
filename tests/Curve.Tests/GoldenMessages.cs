using CurveRbd.Curve.Messages;
using CurveRbd.TestCluster.Messages;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>The messages of every recorded method. What they don't know is dropped, so that it shows.</summary>
internal static class GoldenMessages
{
    private const string Files = "curve.mds.CurveFSService.";
    private const string Topology = "curve.mds.topology.TopologyService.";
    private const string Chunks = "curve.chunkserver.ChunkService.";
    private const string Nebd = "nebd.client.NebdFileService.";

    private static readonly Dictionary<string, (MessageParser Request, MessageParser Response)> s_parsers = new(StringComparer.Ordinal)
    {
        [Files + "CreateFile"] = Of<CreateFileRequest, CreateFileResponse>(),
        [Files + "DeleteFile"] = Of<DeleteFileRequest, DeleteFileResponse>(),
        [Files + "RecoverFile"] = Of<RecoverFileRequest, RecoverFileResponse>(),
        [Files + "RenameFile"] = Of<RenameFileRequest, RenameFileResponse>(),
        [Files + "ExtendFile"] = Of<ExtendFileRequest, ExtendFileResponse>(),
        [Files + "ChangeOwner"] = Of<ChangeOwnerRequest, ChangeOwnerResponse>(),
        [Files + "GetFileInfo"] = Of<GetFileInfoRequest, GetFileInfoResponse>(),
        [Files + "ListDir"] = Of<ListDirRequest, ListDirResponse>(),
        [Files + "GetFileSize"] = Of<GetFileSizeRequest, GetFileSizeResponse>(),
        [Files + "GetAllocatedSize"] = Of<GetAllocatedSizeRequest, GetAllocatedSizeResponse>(),
        [Files + "FindFileMountPoint"] = Of<FindFileMountPointRequest, FindFileMountPointResponse>(),
        [Files + "ListClient"] = Of<ListClientRequest, ListClientResponse>(),
        [Files + "OpenFile"] = Of<OpenFileRequest, OpenFileResponse>(),
        [Files + "CloseFile"] = Of<CloseFileRequest, CloseFileResponse>(),
        [Files + "RefreshSession"] = Of<ReFreshSessionRequest, ReFreshSessionResponse>(),
        [Files + "IncreaseFileEpoch"] = Of<IncreaseFileEpochRequest, IncreaseFileEpochResponse>(),
        [Files + "GetOrAllocateSegment"] = Of<GetOrAllocateSegmentRequest, GetOrAllocateSegmentResponse>(),
        [Files + "CreateSnapShot"] = Of<CreateSnapShotRequest, CreateSnapShotResponse>(),
        [Files + "ListSnapShot"] = Of<ListSnapShotFileInfoRequest, ListSnapShotFileInfoResponse>(),
        [Files + "DeleteSnapShot"] = Of<DeleteSnapShotRequest, DeleteSnapShotResponse>(),
        [Files + "CheckSnapShotStatus"] = Of<CheckSnapShotStatusRequest, CheckSnapShotStatusResponse>(),
        [Files + "ProtectSnapShot"] = Of<ProtectSnapShotRequest, ProtectSnapShotResponse>(),
        [Files + "UnprotectSnapShot"] = Of<ProtectSnapShotRequest, ProtectSnapShotResponse>(),
        [Files + "Clone"] = Of<CloneRequest, CloneResponse>(),
        [Files + "Flatten"] = Of<FlattenRequest, FlattenResponse>(),
        [Files + "QueryFlattenStatus"] = Of<QueryFlattenStatusRequest, QueryFlattenStatusResponse>(),
        [Topology + "GetChunkServerListInCopySets"] = Of<GetChunkServerListInCopySetsRequest, GetChunkServerListInCopySetsResponse>(),
        [Topology + "GetClusterInfo"] = Of<GetClusterInfoRequest, GetClusterInfoResponse>(),
        [Topology + "ListPoolset"] = Of<ListPoolsetRequest, ListPoolsetResponse>(),
        [Chunks + "ReadChunk"] = Of<ChunkRequest, ChunkResponse>(),
        [Chunks + "WriteChunk"] = Of<ChunkRequest, ChunkResponse>(),
        [Chunks + "ReadChunkSnapshot"] = Of<ChunkRequest, ChunkResponse>(),
        [Chunks + "DeleteChunkSnapshotOrCorrectSn"] = Of<ChunkRequest, ChunkResponse>(),
        [Chunks + "FlattenChunk"] = Of<ChunkRequest, ChunkResponse>(),
        [Chunks + "GetChunkInfo"] = Of<GetChunkInfoRequest, GetChunkInfoResponse>(),
        [Chunks + "UpdateEpoch"] = Of<UpdateEpochRequest, UpdateEpochResponse>(),
        ["curve.chunkserver.CliService2.GetLeader"] = Of<GetLeaderRequest2, GetLeaderResponse2>(),
        [Nebd + "OpenFile"] = Of<Messages.Nebd.OpenFileRequest, Messages.Nebd.OpenFileResponse>(),
        [Nebd + "CloseFile"] = Of<Messages.Nebd.CloseFileRequest, Messages.Nebd.CloseFileResponse>(),
        [Nebd + "Read"] = Of<Messages.Nebd.ReadRequest, Messages.Nebd.ReadResponse>(),
        [Nebd + "Write"] = Of<Messages.Nebd.WriteRequest, Messages.Nebd.WriteResponse>(),
        [Nebd + "Discard"] = Of<Messages.Nebd.DiscardRequest, Messages.Nebd.DiscardResponse>(),
        [Nebd + "ResizeFile"] = Of<Messages.Nebd.ResizeRequest, Messages.Nebd.ResizeResponse>(),
        [Nebd + "Flush"] = Of<Messages.Nebd.FlushRequest, Messages.Nebd.FlushResponse>(),
        [Nebd + "InvalidateCache"] = Of<Messages.Nebd.InvalidateCacheRequest, Messages.Nebd.InvalidateCacheResponse>(),
        [Nebd + "GetInfo"] = Of<Messages.Nebd.GetInfoRequest, Messages.Nebd.GetInfoResponse>(),
    };

    public static bool Knows(GoldenExchange exchange) => s_parsers.ContainsKey(exchange.FullMethod);

    public static IMessage RequestOf(GoldenExchange exchange) => s_parsers[exchange.FullMethod].Request.ParseFrom(exchange.Request);

    public static IMessage ResponseOf(GoldenExchange exchange) => s_parsers[exchange.FullMethod].Response.ParseFrom(exchange.Response);

    private static (MessageParser Request, MessageParser Response) Of<TRequest, TResponse>()
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new() =>
        (new MessageParser<TRequest>(() => new TRequest()).WithDiscardUnknownFields(true),
            new MessageParser<TResponse>(() => new TResponse()).WithDiscardUnknownFields(true));
}
