using System.Collections.Concurrent;
using System.Net;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>Answers one recorded method as recorded, and what a client asks besides to get that far as it likes to hear it.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<RpcRequest> _sent = new();
    private readonly GoldenExchange _exchange;
    private readonly RpcServer _server;

    public RecordedServer(GoldenExchange exchange)
    {
        _exchange = exchange;
        _server = RpcServer.Start(new IPEndPoint(IPAddress.Loopback, 0), request => new ValueTask<RpcReply?>(Answer(request)));
    }

    public RpcEndpoint Endpoint => _server.Endpoint;

    /// <summary>The first request of the recorded method.</summary>
    public RpcRequest Sent => _sent.First();

    public bool WasAsked => !_sent.IsEmpty;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private RpcReply Answer(RpcRequest request)
    {
        if ($"{request.Service}.{request.Method}" != _exchange.FullMethod)
            return new RpcReply(Obliging(request).ToByteArray(), default);
        _sent.Enqueue(request);
        return _exchange.IsAnswered ? new RpcReply(Recorded(), _exchange.ResponseAttachment) : RpcReply.Fail(RpcErrorCode.EREQUEST, _exchange.Status);
    }

    /// <summary>Whoever asks for each copyset once is answered once.</summary>
    private byte[] Recorded()
    {
        if (GoldenMessages.ResponseOf(_exchange) is not GetChunkServerListInCopySetsResponse response)
            return _exchange.Response;
        CopySetServerInfo[] once = [.. response.CsInfo.DistinctBy(info => info.CopysetId)];
        response.CsInfo.Clear();
        response.CsInfo.AddRange(once);
        return response.ToByteArray();
    }

    private static IMessage Obliging(RpcRequest request) => request.Method switch
    {
        "OpenFile" => new OpenFileResponse { StatusCode = StatusCode.Ok, ProtoSession = Session(), FileInfo = Volume() },
        "RefreshSession" => new ReFreshSessionResponse { StatusCode = StatusCode.Ok, SessionID = "", FileInfo = Volume() },
        "CloseFile" => new CloseFileResponse { StatusCode = StatusCode.Ok },
        "GetFileInfo" => new GetFileInfoResponse { StatusCode = StatusCode.FileNotExists },
        "GetChunkServerListInCopySets" => Copysets(GetChunkServerListInCopySetsRequest.Parser.ParseFrom(request.Message.Span)),
        _ => throw new InvalidOperationException($"nobody expected {request.Method}"),
    };

    private static ProtoSession Session() => new() { SessionID = "", LeaseTime = 5_000_000, CreateTime = 0, SessionStatus = SessionStatus.Ok };

    private static Messages.FileInfo Volume() => new() { FileType = FileType.PageFile, ChunkSize = 16 << 20, SegmentSize = 1 << 30 };

    private static GetChunkServerListInCopySetsResponse Copysets(GetChunkServerListInCopySetsRequest request)
    {
        var response = new GetChunkServerListInCopySetsResponse { StatusCode = 0 };
        foreach (uint id in request.CopysetId)
        {
            var info = new CopySetServerInfo { CopysetId = id };
            info.CsLocs.Add(new ChunkServerLocation { ChunkServerID = 1, HostIp = "127.0.0.1", Port = 1 });
            response.CsInfo.Add(info);
        }

        return response;
    }
}
