using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace CurveRbd.Curve.Tests;

/// <summary>The client, at the moment of a recording and about to do what was done then.</summary>
internal sealed class GoldenClient : IAsyncDisposable
{
    private const ulong SegmentSize = 1 << 30;

    private readonly CurveCapabilities _capabilities = new(HasEpochs: true, HasDeallocation: false, HasPoolsets: true, HasLocalSnapshots: true);
    private readonly FakeTimeProvider _time;
    private readonly GoldenExchange _exchange;
    private readonly IMessage _recorded;
    private readonly RecordedServer _server;
    private readonly RpcChannels _channels;
    private readonly CurveOptions _options;
    private readonly MdsClient _mds;
    private readonly MdsNamespace _names;

    public GoldenClient(RecordedServer server, GoldenExchange exchange)
    {
        _exchange = exchange;
        _recorded = GoldenMessages.RequestOf(exchange);

        // Every look at the clock takes a tenth of a microsecond: less than a date tells, and enough for a total timeout of as much to end repetition.
        _time = new FakeTimeProvider(DateOf(_recorded)) { AutoAdvanceAmount = TimeSpan.FromTicks(1) };
        _server = server;
        _channels = new RpcChannels(RpcChannelOptions.Default, _time);
        _options = new CurveOptions
        {
            MdsAddresses = [server.Endpoint.ToString()],
            User = "",
            RootPassword = "root_password",
            MdsRetry = new MdsRetryPolicy { TotalTimeout = TimeSpan.FromTicks(1) },
        };
        _mds = new MdsClient(_options, _channels, _time);
        _names = new MdsNamespace(_mds, _options, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _channels.DisposeAsync();

    /// <exception cref="StorageException">What was recorded was a refusal.</exception>
    public Task RepeatAsync() => _recorded switch
    {
        CreateFileRequest { FileType: FileType.Directory } request => _names.CreateDirectoryAsync(request.FileName, request.Owner, Token),
        CreateFileRequest request => Names(request).CreateVolumeAsync(request.FileName, request.Owner, request.FileLength, Token),
        DeleteFileRequest request => _names.DeleteAsync(request.FileName, request.Owner, Token),
        RenameFileRequest request => _names.RenameAsync(request.OldFileName, request.NewFileName, request.Owner, Token),
        ExtendFileRequest request => _names.ExtendAsync(request.FileName, request.Owner, request.NewSize, Token),
        ChangeOwnerRequest request => _names.ChangeOwnerAsync(request.FileName, request.NewOwner, Token),
        GetFileInfoRequest request => _names.GetAsync(request.FileName, request.Owner, Token),
        ListDirRequest request => _names.ListAsync(request.FileName, request.Owner, Token),
        GetAllocatedSizeRequest request => _names.GetAllocatedAsync(request.FileName, Token),
        FindFileMountPointRequest request => _names.GetOpenersAsync(request.FileName, Token),
        IncreaseFileEpochRequest request => _names.IncreaseEpochAsync(request.FileName, request.Owner, Token),
        OpenFileRequest request => OpenAndCloseAsync(request.FileName, request.Owner),
        ReFreshSessionRequest request => OpenAndCloseAsync(request.FileName, request.Owner),
        CloseFileRequest request => OpenAndCloseAsync(request.FileName, request.Owner),
        GetOrAllocateSegmentRequest request => FindSegmentAsync(request),
        GetClusterInfoRequest => new MdsTopology(_mds, _options).GetClusterIdAsync(TimeSpan.Zero, Token),
        ListPoolsetRequest => _mds.KnowsAsync(MdsMethods.ListPoolset, Token),
        GetChunkServerListInCopySetsRequest request => Directory().GetAsync(request.LogicalPoolId, [.. request.CopysetId], Token),
        GetLeaderRequest2 request => AskLeaderAsync(request),
        UpdateEpochRequest request => new EpochBroadcast(_channels, _options, _time).TellAsync(request.FileID, request.Epoch, [Location()], Token),
        GetChunkInfoRequest request => AskChunkInfoAsync(request),
        ChunkRequest request => TransferAsync(request),
        _ => throw new InvalidOperationException($"the client has no {_exchange}"),
    };

    private MdsNamespace Names(CreateFileRequest request) => new(
        _mds, _options with { StripeUnit = request.StripeUnit, StripeCount = request.StripeCount, Poolset = request.Poolset }, _time);

    private async Task OpenAndCloseAsync(string path, string owner)
    {
        VolumeSession session = await VolumeSession.OpenAsync(_mds, _options, _capabilities, _time, path, owner, File(owner, 0), Token);
        await session.DisposeAsync();
    }

    private async Task FindSegmentAsync(GetOrAllocateSegmentRequest request)
    {
        var session = VolumeSession.ForReading(_mds, _options, _capabilities, _time, request.FileName, request.Owner, File(request.Owner, request.Epoch));
        var segments = new SegmentMap(session, _mds, Directory(), _options, _time, Token);
        ulong index = request.Offset / SegmentSize;
        await (request.AllocateIfNotExist ? segments.AllocateAsync(index) : segments.FindAsync(index));
    }

    private async Task AskLeaderAsync(GetLeaderRequest2 request)
    {
        var copyset = new Copyset(request.LogicPoolId, request.CopysetId, [ChunkServerPeer.From(Location())], Directory());
        Task<RpcChannel?> leader = copyset.FindLeaderAsync(null);

        // The recorded leader is an address of then; that it was asked for is what counts.
        while (!leader.IsCompleted && !_server.WasAsked)
            await Task.Yield();
    }

    private async Task AskChunkInfoAsync(GetChunkInfoRequest request)
    {
        using RpcCall call = RpcChannel.Rent(ChunkMethods.GetChunkInfo, TimeSpan.FromSeconds(5));
        var exchange = new ChunkInfoExchange(new ChunkPlace(new Copyset(request.LogicPoolId, request.CopysetId, [], null!), request.ChunkId));
        exchange.Write(call);
        await _channels[_server.Endpoint].CallAsync(call);
        exchange.Read(call);
    }

    private async Task TransferAsync(ChunkRequest request)
    {
        var session = VolumeSession.ForReading(_mds, _options, _capabilities, _time, "/smk/v1", "alice", FileOf(request));
        var copyset = new Copyset(request.LogicPoolId, request.CopysetId, [], null!);
        copyset.Learn(request.AppliedIndex);
        var client = new ChunkClient(session, _options, _time, CancellationToken.None);
        bool isWrite = request.OpType == ChunkOpType.Write;
        byte[] data = isWrite ? _exchange.RequestAttachment : new byte[request.Size];
        ChunkDataExchange exchange = ChunkDataExchange.Rent(
            client, VolumeTransfer.Begin(), new ChunkPlace(copyset, request.ChunkId), new ChunkPiece(request.ChunkIndex, request.Offset, request.Size), data,
            isWrite, request.OriginfileId);
        using RpcCall call = RpcChannel.Rent(exchange.Method, TimeSpan.FromSeconds(5));
        exchange.Write(call);
        await _channels[_server.Endpoint].CallAsync(call);

        ChunkAnswer answer = exchange.Read(call);

        ChunkResponse expected = ChunkResponse.Parser.ParseFrom(_exchange.Response);
        Assert.Equal((expected.Status, expected.Redirect, expected.AppliedIndex), (answer.Status, answer.Redirect, answer.AppliedIndex));
        if (!isWrite && answer.Status == ChunkOpStatus.Success)
            Assert.Equal(_exchange.ResponseAttachment, data);
    }

    private static CurveFile FileOf(ChunkRequest request) =>
        File("alice", request.Epoch) with { Id = request.FileId, SeqNum = request.Sn, Snaps = [.. request.Snaps], Version = request.Version };

    private static DateTimeOffset DateOf(IMessage recorded) => DateTimeOffset.UnixEpoch.AddMicroseconds(
        recorded.Descriptor.FindFieldByName("date") is { } date ? (ulong)date.Accessor.GetValue(recorded) : 0);

    private CopysetDirectory Directory() => new(_mds, _channels, _options, _time, Token);

    private ChunkServerLocation Location() => new() { ChunkServerID = 1, HostIp = "127.0.0.1", Port = (uint)((System.Net.IPEndPoint)_server.Endpoint.Address).Port };

    private static CurveFile File(string owner, ulong epoch) => new(
        0, "", FileType.PageFile, FileStatus.Created, owner, 10UL << 30, 16 << 20, (uint)SegmentSize, 4096, 0, 0, 1, epoch, [], 2, default);
}
