using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.TestCluster;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>Client and test cluster against what a real CurveBS of release 1.5 was recorded to say.</summary>
public class GoldenTests
{
    private static readonly string[] s_recordings = ["ns", "io", "multi", "snap", "probe", "probe2"];

    private static readonly Dictionary<string, (MessageParser Request, MessageParser Response)> s_messages = new(StringComparer.Ordinal)
    {
        ["CreateFile"] = (CreateFileRequest.Parser, CreateFileResponse.Parser),
        ["DeleteFile"] = (DeleteFileRequest.Parser, DeleteFileResponse.Parser),
        ["RenameFile"] = (RenameFileRequest.Parser, RenameFileResponse.Parser),
        ["ExtendFile"] = (ExtendFileRequest.Parser, ExtendFileResponse.Parser),
        ["ChangeOwner"] = (ChangeOwnerRequest.Parser, ChangeOwnerResponse.Parser),
        ["GetFileInfo"] = (GetFileInfoRequest.Parser, GetFileInfoResponse.Parser),
        ["ListDir"] = (ListDirRequest.Parser, ListDirResponse.Parser),
        ["OpenFile"] = (OpenFileRequest.Parser, OpenFileResponse.Parser),
        ["CloseFile"] = (CloseFileRequest.Parser, CloseFileResponse.Parser),
        ["RefreshSession"] = (ReFreshSessionRequest.Parser, ReFreshSessionResponse.Parser),
        ["IncreaseFileEpoch"] = (IncreaseFileEpochRequest.Parser, IncreaseFileEpochResponse.Parser),
        ["GetOrAllocateSegment"] = (GetOrAllocateSegmentRequest.Parser, GetOrAllocateSegmentResponse.Parser),
        ["GetAllocatedSize"] = (GetAllocatedSizeRequest.Parser, GetAllocatedSizeResponse.Parser),
        ["FindFileMountPoint"] = (FindFileMountPointRequest.Parser, FindFileMountPointResponse.Parser),
        ["GetChunkServerListInCopySets"] = (GetChunkServerListInCopySetsRequest.Parser, GetChunkServerListInCopySetsResponse.Parser),
        ["GetClusterInfo"] = (GetClusterInfoRequest.Parser, GetClusterInfoResponse.Parser),
        ["ListPoolset"] = (ListPoolsetRequest.Parser, ListPoolsetResponse.Parser),
        ["GetLeader"] = (GetLeaderRequest2.Parser, GetLeaderResponse2.Parser),
        ["ReadChunk"] = (ChunkRequest.Parser, ChunkResponse.Parser),
        ["WriteChunk"] = (ChunkRequest.Parser, ChunkResponse.Parser),
        ["GetChunkInfo"] = (GetChunkInfoRequest.Parser, GetChunkInfoResponse.Parser),
        ["UpdateEpoch"] = (UpdateEpochRequest.Parser, UpdateEpochResponse.Parser),
    };

    [Fact]
    public void Recorded_messages_parse_and_serialize_to_the_same_bytes()
    {
        int count = 0;
        foreach (GoldenExchange exchange in s_recordings.SelectMany(file => GoldenExchange.Read(file)))
        {
            if (!s_messages.TryGetValue(exchange.Method, out var parsers) || exchange.Status.StartsWith("rpc error", StringComparison.Ordinal))
                continue;
            AssertSame(parsers.Request, exchange.Request, exchange);
            AssertSame(parsers.Response, exchange.Response, exchange);
            count++;
        }

        Assert.True(count > 300, $"only {count} exchanges were looked at");
    }

    [Fact]
    public void Chunk_requests_are_those_of_CurveBS_own_client()
    {
        int count = 0;
        foreach (GoldenExchange exchange in new[] { "io", "multi" }.SelectMany(file => GoldenExchange.Read(file)).Where(e => e.Method is "ReadChunk" or "WriteChunk"))
        {
            byte[] ours = RequestLike(ChunkRequest.Parser.ParseFrom(exchange.Request));

            Assert.Equal(Convert.ToHexString(exchange.Request), Convert.ToHexString(ours));
            count++;
        }

        Assert.True(count > 25, $"only {count} exchanges were looked at");
    }

    [Fact]
    public async Task Test_cluster_answers_the_recorded_requests_about_files_with_the_recorded_status()
    {
        await using Cluster cluster = Cluster.Start(new ClusterOptions { Release = Release.LocalSnapshots });
        await using var channel = new RpcChannel(RpcEndpoint.Parse(cluster.MdsAddresses[0]), RpcChannelOptions.Default, TimeProvider.System);
        string[] served = ["CreateFile", "DeleteFile", "RenameFile", "ExtendFile", "ChangeOwner", "GetFileInfo", "ListDir"];
        int count = 0;

        // The recording undeletes a file, which no client here does: what follows that is left out.
        foreach (GoldenExchange exchange in GoldenExchange.Read("ns").TakeWhile(e => e.Method != "RecoverFile").Where(e => served.Contains(e.Method)))
        {
            int status = await ReplayAsync(channel, exchange);
            Assert.True(exchange.StatusNumber == status, $"{exchange} was {exchange.Status} and is {status}");
            count++;
        }

        Assert.True(count > 70, $"only {count} requests were replayed");
    }

    private static void AssertSame(MessageParser parser, byte[] recorded, GoldenExchange exchange)
    {
        byte[] again = parser.ParseFrom(recorded).ToByteArray();
        Assert.True(recorded.AsSpan().SequenceEqual(again), $"{exchange}: {Convert.ToHexString(recorded)} became {Convert.ToHexString(again)}");
    }

    private static byte[] RequestLike(ChunkRequest recorded)
    {
        var file = new CurveFile(
            recorded.FileId, "v1", FileType.PageFile, FileStatus.Created, "alice", 10UL << 30, 16 << 20, 1 << 30, 4096, 0, 0,
            recorded.Sn, recorded.Epoch, [.. recorded.Snaps], recorded.Version, default);
        var capabilities = new CurveCapabilities(HasEpochs: true, HasDeallocation: false, HasPoolsets: true, HasLocalSnapshots: true);
        var session = VolumeSession.ForReading(null!, null!, capabilities, TimeProvider.System, "/smk/v1", "alice", file);
        var copyset = new Copyset(recorded.LogicPoolId, recorded.CopysetId, [], null!);
        copyset.Learn(recorded.AppliedIndex);
        var place = new ChunkPlace(copyset, recorded.ChunkId);
        var client = new ChunkClient(session, new CurveOptions { MdsAddresses = [], User = "alice" }, TimeProvider.System, CancellationToken.None);
        ChunkDataExchange exchange = ChunkDataExchange.Rent(
            client, VolumeTransfer.Begin(), place, new ChunkPiece(recorded.ChunkIndex, recorded.Offset, recorded.Size), new byte[recorded.Size],
            recorded.OpType == ChunkOpType.Write, recorded.OriginfileId);

        using RpcCall call = RpcChannel.Rent(exchange.Method, TimeSpan.FromSeconds(1));
        exchange.Write(call);
        return call.Message.ToArray();
    }

    private static async Task<int> ReplayAsync(RpcChannel channel, GoldenExchange exchange)
    {
        IMessage request = s_messages[exchange.Method].Request.ParseFrom(exchange.Request);
        StampAnew(request, exchange);
        using RpcCall call = RpcChannel.Rent(new RpcMethod("curve.mds.CurveFSService", exchange.Method), TimeSpan.FromSeconds(5));
        StrictProto.WriteRequest(call, request);
        await channel.CallAsync(call);

        // Field 1 of every answer is its status.
        return (int)CreateFileResponse.Parser.ParseFrom(call.Reply.Span).StatusCode;
    }

    /// <summary>The recording's dates are long past; a signature is made anew, unless it was wrong on purpose.</summary>
    private static void StampAnew(IMessage request, GoldenExchange exchange)
    {
        bool isWrong = exchange.Step.Contains("wrong password", StringComparison.Ordinal)
            || (exchange.StatusNumber == (int)StatusCode.OwnerAuthFail && OwnerOf(request) == MdsStamp.RootUser);
        MdsStamp stamp = MdsStamp.Create(OwnerOf(request), isWrong ? "wrong" : "root_password", DateTimeOffset.UtcNow);
        request.Descriptor.FindFieldByName("date").Accessor.SetValue(request, stamp.Date);
        request.Descriptor.FindFieldByName("signature").Accessor.SetValue(request, stamp.Signature);
    }

    private static string OwnerOf(IMessage request) =>
        (string)(request.Descriptor.FindFieldByName("owner") ?? request.Descriptor.FindFieldByName("rootOwner")).Accessor.GetValue(request);
}
