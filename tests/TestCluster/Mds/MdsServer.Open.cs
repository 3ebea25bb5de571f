using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>Sessions and segments.</summary>
public sealed partial class MdsServer
{
    private OpenFileResponse Open(OpenFileRequest request)
    {
        Inode inode = FindVolume(request.FileName, request.Owner, request.Date, request.Signature, StatusCode.NotSupported);
        return new OpenFileResponse
        {
            StatusCode = StatusCode.Ok,
            ProtoSession = new ProtoSession
            {
                SessionID = "",
                LeaseTime = (uint)_options.Lease.TotalMicroseconds,
                CreateTime = NameSpace.Now(),
                SessionStatus = SessionStatus.Ok,
            },
            FileInfo = InfoOf(inode),
        };
    }

    private CloseFileResponse Close(CloseFileRequest message, RpcRequest request)
    {
        FindVolume(message.FileName, message.Owner, message.Date, message.Signature, StatusCode.NotSupported);
        (string ip, uint port) = ClientOf(message.HasClientIP, message.ClientIP, message.ClientPort, request);
        _sessions.Close(message.FileName, ip, port);
        return new CloseFileResponse { StatusCode = StatusCode.Ok };
    }

    private ReFreshSessionResponse Refresh(ReFreshSessionRequest message, RpcRequest request)
    {
        Inode inode = FindVolume(message.FileName, message.Owner, message.Date, message.Signature, StatusCode.NotSupported);
        (string ip, uint port) = ClientOf(message.HasClientIP, message.ClientIP, message.ClientPort, request);
        _sessions.Refresh(message.FileName, ip, port);
        return new ReFreshSessionResponse { StatusCode = StatusCode.Ok, SessionID = message.SessionID, FileInfo = InfoOf(inode) };
    }

    /// <summary>Who did not say is known by address alone.</summary>
    private static (string Ip, uint Port) ClientOf(bool hasSaid, string ip, uint port, RpcRequest request) =>
        hasSaid ? (ip, port) : (request.Peer[..request.Peer.LastIndexOf(':')], 0);

    private GetOrAllocateSegmentResponse GetSegment(GetOrAllocateSegmentRequest request)
    {
        Inode inode = FindVolume(request.FileName, request.Owner, request.Date, request.Signature, StatusCode.ParaError);
        Demand(request.Offset % NameSpace.SegmentSize == 0 && request.Offset + NameSpace.SegmentSize <= inode.Length, StatusCode.ParaError);
        ulong index = request.Offset / NameSpace.SegmentSize;
        ulong[] chunks = SegmentOf(inode, index, request.AllocateIfNotExist, request.HasEpoch ? request.Epoch : null);
        return new GetOrAllocateSegmentResponse { StatusCode = StatusCode.Ok, PageFileSegment = SegmentOf(request.Offset, chunks) };
    }

    /// <summary>What a libcurve inside the cluster asks for.</summary>
    internal StatusCode FindSegment(ulong inodeId, ulong index, bool allocates, ulong epoch, out ulong[] chunks)
    {
        chunks = [];
        if (_names.All.FirstOrDefault(file => file.Id == inodeId) is not { } inode)
            return StatusCode.FileNotExists;
        try
        {
            Demand(index * NameSpace.SegmentSize < inode.Length, StatusCode.ParaError);
            chunks = SegmentOf(inode, index, allocates, epoch);
            return StatusCode.Ok;
        }
        catch (Refusal refusal)
        {
            return refusal.Status;
        }
    }

    /// <returns>null: there is no such volume, or it is not theirs. Nobody can be root here: nebd has no password.</returns>
    internal Inode? FindForOwner(string path, string owner)
    {
        try
        {
            Inode inode = Find(path, owner, isRoot: false);
            return inode.Type == FileType.PageFile && owner != "root" ? inode : null;
        }
        catch (Refusal)
        {
            return null;
        }
    }

    private ulong[] SegmentOf(Inode inode, ulong index, bool allocates, ulong? epoch)
    {
        if (inode.Segments.TryGetValue(index, out ulong[]? chunks))
            return chunks;
        Demand(allocates, StatusCode.SegmentNotAllocated);
        Demand(epoch is null || epoch >= inode.Epoch, StatusCode.EpochTooOld);
        chunks = Allocate();
        inode.Segments.Add(index, chunks);
        _names.Save();
        return chunks;
    }

    private ulong[] Allocate()
    {
        Demand(_cluster.FreeBytes(_names) >= NameSpace.SegmentSize, StatusCode.SegmentAllocateError);
        return [.. Enumerable.Range(0, NameSpace.ChunksPerSegment).Select(_ => _names.NextChunkId())];
    }

    private PageFileSegment SegmentOf(ulong offset, ulong[] chunks)
    {
        var segment = new PageFileSegment
        {
            LogicalPoolID = Cluster.LogicalPoolId,
            StartOffset = offset,
            SegmentSize = NameSpace.SegmentSize,
            ChunkSize = NameSpace.ChunkSize,
        };
        segment.Chunks.AddRange(chunks.Select(id => new PageFileChunkInfo { ChunkID = id, CopysetID = _cluster.CopysetOf(id) }));
        return segment;
    }

    private DeAllocateSegmentResponse Deallocate(DeAllocateSegmentRequest request)
    {
        Inode inode = FindVolume(request.FileName, request.Owner, request.Date, request.Signature, StatusCode.NotSupported);
        Demand(request.Offset % NameSpace.SegmentSize == 0 && request.Offset + NameSpace.SegmentSize <= inode.Length, StatusCode.ParaError);
        Demand(inode.Segments.Remove(request.Offset / NameSpace.SegmentSize, out ulong[]? chunks), StatusCode.SegmentNotAllocated);
        _cluster.DeleteChunks(chunks!);
        _names.Save();
        return new DeAllocateSegmentResponse { StatusCode = StatusCode.Ok };
    }
}
