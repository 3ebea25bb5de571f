using System.Security.Cryptography;
using System.Text;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.TestCluster.Messages;
using Google.Protobuf;

namespace CurveRbd.TestCluster;

/// <summary>One MDS. It listens only while it leads; what it keeps in memory starts empty each time.</summary>
public sealed partial class MdsServer : TcpNode
{
    private const string Files = "curve.mds.CurveFSService";
    private const string Topology = "curve.mds.topology.TopologyService";

    private static readonly TimeSpan s_skewMax = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster;
    private readonly NameSpace _names;
    private readonly ClusterOptions _options;
    private Sessions _sessions;
    private long _startedAt;

    internal MdsServer(Cluster cluster, NameSpace names, ClusterOptions options, Faults faults)
        : base(faults)
    {
        _cluster = cluster;
        _names = names;
        _options = options;
        _sessions = new Sessions(options.Lease);
    }

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>Whether its process runs, listening or waiting to be elected.</summary>
    public bool IsRunning { get; internal set; }

    internal void Lead()
    {
        _sessions = new Sessions(_options.Lease);
        _startedAt = TimeProvider.System.GetTimestamp();
        Listen();
    }

    internal ValueTask StopAsync()
    {
        IsRunning = false;
        return CloseAsync();
    }

    /// <summary>What a libcurve inside the cluster tells: that it still has the volume open.</summary>
    internal void RefreshSession(string path, string ip, uint port)
    {
        lock (_names.Gate)
            _sessions.Refresh(path, ip, port);
    }

    internal void CloseSession(string path, string ip, uint port)
    {
        lock (_names.Gate)
            _sessions.Close(path, ip, port);
    }

    private protected override RpcReply Refuse(RpcRequest request, Fault fault)
    {
        StatusCode status = fault.Status ?? StatusCode.InternalError;
        return request.Method == "RefreshSession"
            ? Reply(new ReFreshSessionResponse { StatusCode = status, SessionID = "" })
            : Reply(new CreateFileResponse { StatusCode = status }); // field 1 is the status of every answer
    }

    private protected override RpcReply? Serve(RpcRequest request)
    {
        lock (_names.Gate)
        {
            if (request.Service == Topology)
                return ServeTopology(request);
            return request.Service == Files ? ServeFiles(request) : NoMethod(request);
        }
    }

    private RpcReply ServeFiles(RpcRequest request)
    {
        Release release = _options.Release;
        return request.Method switch
        {
            "CreateFile" => Answer(request, CreateFileRequest.Parser, Create, status => new CreateFileResponse { StatusCode = status }),
            "DeleteFile" => Answer(request, DeleteFileRequest.Parser, Delete, status => new DeleteFileResponse { StatusCode = status }),
            "RecoverFile" when release.HasRecovery => Answer(request, RecoverFileRequest.Parser, Recover, status => new RecoverFileResponse { StatusCode = status }),
            "RenameFile" => Answer(request, RenameFileRequest.Parser, Rename, status => new RenameFileResponse { StatusCode = status }),
            "ExtendFile" => Answer(request, ExtendFileRequest.Parser, Extend, status => new ExtendFileResponse { StatusCode = status }),
            "ChangeOwner" => Answer(request, ChangeOwnerRequest.Parser, ChangeOwner, status => new ChangeOwnerResponse { StatusCode = status }),
            "GetFileInfo" => Answer(request, GetFileInfoRequest.Parser, GetInfo, status => new GetFileInfoResponse { StatusCode = status }),
            "ListDir" => Answer(request, ListDirRequest.Parser, List, status => new ListDirResponse { StatusCode = status }),
            "GetAllocatedSize" => Answer(request, GetAllocatedSizeRequest.Parser, GetAllocated, status => new GetAllocatedSizeResponse { StatusCode = status }),
            "GetFileSize" => Answer(request, GetFileSizeRequest.Parser, GetSize, status => new GetFileSizeResponse { StatusCode = status }),
            "ListClient" => Answer(request, ListClientRequest.Parser, _ => ListClients(), status => new ListClientResponse { StatusCode = status }),
            "FindFileMountPoint" => Answer(request, FindFileMountPointRequest.Parser, FindMountPoint, status => new FindFileMountPointResponse { StatusCode = status }),
            "OpenFile" => Answer(request, OpenFileRequest.Parser, Open, status => new OpenFileResponse { StatusCode = status }),
            "CloseFile" => Answer(request, CloseFileRequest.Parser, message => Close(message, request), status => new CloseFileResponse { StatusCode = status }),
            "RefreshSession" => Answer(request, ReFreshSessionRequest.Parser, message => Refresh(message, request), status => new ReFreshSessionResponse { StatusCode = status, SessionID = "" }),
            "GetOrAllocateSegment" => Answer(request, GetOrAllocateSegmentRequest.Parser, GetSegment, status => new GetOrAllocateSegmentResponse { StatusCode = status }),
            "DeAllocateSegment" when release.HasDeallocation => Answer(request, DeAllocateSegmentRequest.Parser, Deallocate, status => new DeAllocateSegmentResponse { StatusCode = status }),
            "IncreaseFileEpoch" when release.HasEpochs => Answer(request, IncreaseFileEpochRequest.Parser, IncreaseEpoch, status => new IncreaseFileEpochResponse { StatusCode = status }),

            // Known to release 1.5 and not served here: enough to be told from the others.
            "Flatten" when release.HasLocalSnapshots => RpcReply.Fail(RpcErrorCode.EREQUEST, "Fail to parse request message"),
            _ => NoMethod(request),
        };
    }

    private static RpcReply Answer<T>(RpcRequest request, MessageParser<T> parser, Func<T, IMessage> serve, Func<StatusCode, IMessage> refuse)
        where T : IMessage<T>
    {
        T message = Parse(request, parser);
        try
        {
            return Reply(serve(message));
        }
        catch (Refusal refusal)
        {
            return Reply(refuse(refusal.Status));
        }
    }

    /// <summary>The date for everybody, the signature for root.</summary>
    /// <returns>Whether it is root who asks.</returns>
    private bool Authenticate(string owner, ulong date, string signature)
    {
        DateTimeOffset sent = DateTimeOffset.UnixEpoch.AddMicroseconds(date);
        Demand((DateTimeOffset.UtcNow + ClockSkew - sent).Duration() < s_skewMax && owner.Length > 0, StatusCode.OwnerAuthFail);
        if (owner != "root")
            return false;
        byte[] mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(_options.RootPassword), Encoding.UTF8.GetBytes($"{date}:{owner}"));
        Demand(signature == Convert.ToBase64String(mac), StatusCode.OwnerAuthFail);
        return true;
    }

    private static void Demand(bool condition, StatusCode otherwise)
    {
        if (!condition)
            throw new Refusal(otherwise);
    }

    private static string[] Split(string path)
    {
        if (path == "/")
            return [];
        string[] parts = path.Split('/');
        Demand(parts.Length > 1 && parts[0].Length == 0 && parts.Skip(1).All(part => part.Length > 0), StatusCode.ParaError);
        return parts[1..];
    }

    /// <summary>The directory in which the last component lies or will lie.</summary>
    private Inode Parent(string[] parts, string owner, bool isRoot)
    {
        Inode directory = _names.Root;
        foreach (string part in parts.SkipLast(1))
        {
            directory = _names.ChildOf(directory, part) ?? throw new Refusal(StatusCode.FileNotExists);
            Demand(directory.Type == FileType.Directory, StatusCode.NotDirectory);
            Demand(isRoot || directory.Owner == owner, StatusCode.OwnerAuthFail);
        }

        return directory;
    }

    /// <summary>An existing file that the asker may see. Whether it exists is said to anybody.</summary>
    private Inode Find(string path, string owner, bool isRoot)
    {
        string[] parts = Split(path);
        Inode inode = _names.Root;
        foreach (string part in parts)
            inode = _names.ChildOf(inode, part) ?? throw new Refusal(StatusCode.FileNotExists);
        if (parts.Length > 0)
            Parent(parts, owner, isRoot);
        Demand(isRoot || inode.Owner == owner, StatusCode.OwnerAuthFail);
        return inode;
    }

    private Inode FindVolume(string path, string owner, ulong date, string signature, StatusCode otherwise)
    {
        Inode inode = Find(path, owner, Authenticate(owner, date, signature));
        Demand(inode.Type == FileType.PageFile, otherwise);
        return inode;
    }

    private void DemandChangeable(string path)
    {
        Demand(TimeProvider.System.GetElapsedTime(_startedAt) >= _options.StartupRefusal, StatusCode.NotSupported);
        Demand(_sessions.OpenersOf(path).Count == 0, StatusCode.FileOccupied);
    }

    private Curve.Messages.FileInfo InfoOf(Inode inode)
    {
        var info = new Curve.Messages.FileInfo
        {
            Id = inode.Id,
            FileName = inode.Name,
            ParentId = inode.ParentId,
            FileType = inode.Type,
            Owner = inode.Owner,
            ChunkSize = NameSpace.ChunkSize,
            SegmentSize = NameSpace.SegmentSize,
            Length = inode.Length,
            Ctime = inode.Created,
            SeqNum = inode.SeqNum,
            FileStatus = inode.Status,
            StripeUnit = inode.StripeUnit,
            StripeCount = inode.StripeCount,
        };
        Release release = _options.Release;
        if (release.HasEpochs)
            info.Epoch = inode.Epoch;
        if (release.HasPoolsets)
            (info.Poolset, info.Blocksize) = ("default", 4096);
        if (release.HasLocalSnapshots)
            info.Version = 2;
        if (inode.OriginalPath.Length > 0)
            info.OriginalFullPathName = inode.OriginalPath;
        return info;
    }
}
