using System.Collections.Concurrent;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>A chunkserver: stores chunks, and serves those of the copysets it leads.</summary>
public sealed class ChunkServer : TcpNode
{
    private const int BlockSize = 4096;

    private readonly Release _release;
    private readonly Dictionary<uint, CopysetGroup> _groups;
    private readonly ConcurrentDictionary<ulong, ulong> _epochs = new();
    private readonly ConcurrentDictionary<ulong, ulong> _allEpochs;
    private readonly string _staleMark;

    internal ChunkServer(
        uint id, string directory, Release release, Faults faults, Dictionary<uint, CopysetGroup> groups, ConcurrentDictionary<ulong, ulong> allEpochs)
        : base(faults)
    {
        Id = id;
        _release = release;
        _groups = groups;
        _allEpochs = allEpochs;
        _staleMark = Path.Combine(directory, "stale");
        Directory.CreateDirectory(directory);
        Store = new ChunkStore(Path.Combine(directory, "chunks"));
    }

    public uint Id { get; }

    internal ChunkStore Store { get; }

    private IEnumerable<CopysetGroup> MyGroups => _groups.Values.Where(group => group.Members.Contains(this));

    /// <summary>Comes back with what it missed, and with the epochs that the MDS knows.</summary>
    public void Start()
    {
        _epochs.Clear();
        foreach ((ulong file, ulong epoch) in _allEpochs)
            _epochs[file] = epoch;

        bool isStale = File.Exists(_staleMark);
        foreach (CopysetGroup group in MyGroups)
            group.MemberStarted(this, isStale);
        File.Delete(_staleMark);
        Listen();
    }

    public async Task StopAsync()
    {
        File.WriteAllText(_staleMark, "");
        foreach (CopysetGroup group in MyGroups)
            group.MemberStopped(this);
        await CloseAsync().ConfigureAwait(false);
    }

    private protected override RpcReply Refuse(RpcRequest request, Fault fault) =>
        Reply(new ChunkResponse { Status = fault.ChunkStatus ?? ChunkOpStatus.FailureUnknown });

    private protected override RpcReply? Serve(RpcRequest request) => (request.Service, request.Method) switch
    {
        ("curve.chunkserver.CliService2", "GetLeader") => GetLeader(Parse(request, GetLeaderRequest2.Parser)),
        ("curve.chunkserver.ChunkService", "ReadChunk") => Read(Parse(request, ChunkRequest.Parser)),
        ("curve.chunkserver.ChunkService", "WriteChunk") => Write(Parse(request, ChunkRequest.Parser), request.Attachment),
        ("curve.chunkserver.ChunkService", "GetChunkInfo") => GetChunkInfo(Parse(request, GetChunkInfoRequest.Parser)),
        ("curve.chunkserver.ChunkService", "UpdateEpoch") when _release.HasEpochs => UpdateEpoch(Parse(request, UpdateEpochRequest.Parser)),
        _ => NoMethod(request),
    };

    private static RpcReply Answer(ChunkOpStatus status, ulong appliedIndex = 0)
    {
        var response = new ChunkResponse { Status = status };
        if (appliedIndex != 0)
            response.AppliedIndex = appliedIndex;
        return Reply(response);
    }

    private RpcReply GetLeader(GetLeaderRequest2 request)
    {
        if (GroupOf(request.LogicPoolId, request.CopysetId) is not { } group)
            return RpcReply.Fail(RpcErrorCode.ENOENT, $"No nodes in group {((ulong)request.LogicPoolId << 32) | request.CopysetId}");
        return group.Leader is { } leader
            ? Reply(new GetLeaderResponse2 { Leader = new Peer { Address = $"{leader}:0" } })
            : RpcReply.Fail(RpcErrorCode.EAGAIN, "Unknown leader");
    }

    private RpcReply Read(ChunkRequest request)
    {
        if (Judge(request, ChunkOpType.Read, out CopysetGroup group) is { } refusal)
            return refusal;
        if (!Store.Exists(group.Id, request.ChunkId))
            return Answer(ChunkOpStatus.ChunkNotexist, group.AppliedIndex);

        var data = new byte[request.Size];
        Store.Read(group.Id, request.ChunkId, request.Offset, data);
        return Reply(new ChunkResponse { Status = ChunkOpStatus.Success, AppliedIndex = group.AppliedIndex }, data);
    }

    /// <returns>null: without a majority a write is never answered.</returns>
    private RpcReply? Write(ChunkRequest request, ReadOnlyMemory<byte> data)
    {
        if (Judge(request, ChunkOpType.Write, out CopysetGroup group) is { } refusal)
            return refusal;

        // CurveBS does not look and destroys the chunk; a client that does this has to be caught here.
        if (request.Size != data.Length)
            throw new InvalidDataException($"a WriteChunk of {request.Size} bytes came with {data.Length}");
        if (IsFenced(request))
            return Answer(ChunkOpStatus.EpochTooOld);

        ulong known = Store.SnOf(group.Id, request.ChunkId);
        if (request.Sn == 0)
            return Answer(ChunkOpStatus.InvalidRequest);
        if (request.Sn < known)
            return Answer(ChunkOpStatus.Backward, group.AppliedIndex);
        return group.TryApply(store => store.Write(group.Id, request.ChunkId, request.Offset, data.Span, request.Sn))
            ? Answer(ChunkOpStatus.Success, group.AppliedIndex)
            : null;
    }

    private RpcReply GetChunkInfo(GetChunkInfoRequest request)
    {
        var response = new GetChunkInfoResponse { Status = ChunkOpStatus.Success };
        if (GroupOf(request.LogicPoolId, request.CopysetId) is not { } group)
            response.Status = ChunkOpStatus.CopysetNotexist;
        else if (group.Leader is { } leader && leader != this)
            (response.Status, response.Redirect) = (ChunkOpStatus.Redirected, $"{leader}:0");
        else if (group.Leader is null)
            response.Status = ChunkOpStatus.Redirected;
        else if (Store.Exists(group.Id, request.ChunkId))
            response.ChunkSn.Add(Store.SnOf(group.Id, request.ChunkId));
        return Reply(response);
    }

    private RpcReply UpdateEpoch(UpdateEpochRequest request)
    {
        ulong kept = _epochs.AddOrUpdate(request.FileID, request.Epoch, (_, known) => Math.Max(known, request.Epoch));
        ChunkOpStatus status = kept > request.Epoch ? ChunkOpStatus.EpochTooOld : ChunkOpStatus.Success;
        return Reply(new UpdateEpochResponse { Status = status });
    }

    private RpcReply? Judge(ChunkRequest request, ChunkOpType type, out CopysetGroup group)
    {
        CopysetGroup? found = GroupOf(request.LogicPoolId, request.CopysetId);
        group = found!;
        if (found is null)
            return Answer(ChunkOpStatus.CopysetNotexist);
        if (found.Leader != this)
            return Answer(ChunkOpStatus.Redirected);
        bool isAligned = request.Offset % BlockSize == 0 && request.Size % BlockSize == 0;
        bool isInside = (ulong)request.Offset + request.Size <= ChunkStore.ChunkSize;
        if (request.OpType != type || !isAligned || !isInside)
            return Answer(ChunkOpStatus.InvalidRequest);
        if (_release.HasLocalSnapshots && !(request.HasFileId && request.HasChunkIndex && request.HasVersion))
            throw new InvalidDataException("a chunk request of release 1.5 must name file, chunk index and version: without them it destroys snapshots");
        return null;
    }

    private bool IsFenced(ChunkRequest request) =>
        request.HasEpoch && _epochs.TryGetValue(request.FileId, out ulong epoch) && request.Epoch != epoch;

    private CopysetGroup? GroupOf(uint pool, uint copyset) =>
        pool == Cluster.LogicalPoolId && _groups.TryGetValue(copyset, out CopysetGroup? group) && group.Members.Contains(this) ? group : null;
}
