using CurveRbd.Curve.Messages;
using CurveRbd.TestCluster.Messages;
using Google.Protobuf;

namespace CurveRbd.TestCluster;

/// <summary>The name space.</summary>
public sealed partial class MdsServer
{
    private const ulong VolumeSizeMin = 10UL << 30;
    private const ulong VolumeSizeMax = 20UL << 40;

    private CreateFileResponse Create(CreateFileRequest request)
    {
        Create(request, Authenticate(request.Owner, request.Date, request.Signature));
        return new CreateFileResponse { StatusCode = StatusCode.Ok };
    }

    /// <summary>What CurveBS' tools do.</summary>
    /// <param name="length">In bytes; 0 = a directory.</param>
    internal StatusCode CreateFor(string path, string owner, ulong length)
    {
        var request = new CreateFileRequest { FileName = path, Owner = owner, FileType = length == 0 ? FileType.Directory : FileType.PageFile, FileLength = length };
        return StatusOf(() => Create(request, isRoot: false));
    }

    internal StatusCode DeleteFor(string path, string owner) => StatusOf(() => Delete(Find(path, owner, isRoot: false), path));

    internal StatusCode ChangeOwnerFor(string path, string owner) => StatusOf(() => ChangeOwner(path, "root", owner));

    private StatusCode StatusOf(Action change)
    {
        lock (_names.Gate)
        {
            try
            {
                change();
                return StatusCode.Ok;
            }
            catch (Refusal refusal)
            {
                return refusal.Status;
            }
        }
    }

    private void Create(CreateFileRequest request, bool isRoot)
    {
        string[] parts = Split(request.FileName);
        Demand(parts.Length > 0, StatusCode.FileExists);
        Demand(request.FileType is FileType.PageFile or FileType.Directory, StatusCode.NotSupported);
        Inode parent = Parent(parts, request.Owner, isRoot);
        if (request.FileType == FileType.PageFile)
            CheckVolume(request);
        Demand(_names.ChildOf(parent, parts[^1]) is null, StatusCode.FileExists);

        bool isVolume = request.FileType == FileType.PageFile;
        _names.Add(new Inode
        {
            Id = _names.NextId(),
            Name = parts[^1],
            ParentId = parent.Id,
            Type = request.FileType,
            Owner = request.Owner,
            Length = isVolume ? request.FileLength : 0,
            Created = NameSpace.Now(),
            StripeUnit = isVolume ? request.StripeUnit : 0,
            StripeCount = isVolume ? request.StripeCount : 0,
        });
        _names.Save();
    }

    private void CheckVolume(CreateFileRequest request)
    {
        (ulong unit, ulong count) = (request.StripeUnit, request.StripeCount);
        bool isStriped = unit != 0 || count != 0;
        Demand(!isStriped || (unit != 0 && count != 0 && unit <= NameSpace.ChunkSize && unit % 4096 == 0
            && NameSpace.ChunkSize % unit == 0 && NameSpace.ChunkSize % count == 0 && count <= NameSpace.ChunksPerSegment
            && (count != 1 || unit == NameSpace.ChunkSize)), StatusCode.ParaError);
        Demand(request.Poolset is "" or "default", StatusCode.PoolsetNotExist);
        Demand(request.FileLength is >= VolumeSizeMin and <= VolumeSizeMax && request.FileLength % NameSpace.SegmentSize == 0, StatusCode.FileLengthNotSupported);
        Demand(request.FileLength <= _cluster.FreeBytes(_names), StatusCode.FileLengthNotSupported);
    }

    private DeleteFileResponse Delete(DeleteFileRequest request)
    {
        bool isRoot = Authenticate(request.Owner, request.Date, request.Signature);
        Demand(request.FileName != "/", StatusCode.ParaError);
        Inode inode = Find(request.FileName, request.Owner, isRoot);
        Demand(request.FileId == 0 || request.FileId == inode.Id, StatusCode.FileIdNotMatch);
        if (request.ForceDelete)
            Purge(inode);
        else
            Delete(inode, request.FileName);
        return new DeleteFileResponse { StatusCode = StatusCode.Ok };
    }

    private void Delete(Inode inode, string path)
    {
        if (inode.Type == FileType.Directory)
            DeleteDirectory(inode);
        else
            Recycle(inode, path);
        _names.Save();
    }

    private void DeleteDirectory(Inode directory)
    {
        Demand(!_names.ChildrenOf(directory).Any(), StatusCode.DirNotEmpty);
        _names.Remove(directory);
    }

    private void Recycle(Inode inode, string path)
    {
        DemandChangeable(path);
        inode.OriginalPath = path;
        inode.Name = $"{inode.Name}-{inode.Id}-{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        inode.ParentId = NameSpace.RecycleBinId;
    }

    private void Purge(Inode inode)
    {
        Demand(inode.ParentId == NameSpace.RecycleBinId, StatusCode.NotSupported);
        foreach (ulong[] chunks in inode.Segments.Values)
            _cluster.DeleteChunks(chunks);
        _names.Remove(inode);
        _names.Save();
    }

    /// <summary>Takes a deleted volume back out of the recycle bin, the youngest of that path unless an id tells which.</summary>
    private RecoverFileResponse Recover(RecoverFileRequest request)
    {
        bool isRoot = Authenticate(request.Owner, request.Date, request.Signature);
        string[] parts = Split(request.FileName);
        Demand(parts.Length > 0, StatusCode.ParaError);
        Inode parent = Parent(parts, request.Owner, isRoot);
        Demand(_names.ChildOf(parent, parts[^1]) is null, StatusCode.FileExists);
        Inode[] deleted = [.. _names.All.Where(inode => inode.ParentId == NameSpace.RecycleBinId && inode.OriginalPath == request.FileName).OrderBy(inode => inode.Created)];
        Demand(deleted.Length > 0, StatusCode.FileNotExists);
        Inode found = request.FileId == 0 ? deleted[^1] : deleted.FirstOrDefault(inode => inode.Id == request.FileId) ?? throw new Refusal(StatusCode.FileIdNotMatch);
        Demand(isRoot || found.Owner == request.Owner, StatusCode.OwnerAuthFail);
        (found.Name, found.ParentId, found.OriginalPath) = (parts[^1], parent.Id, "");
        _names.Save();
        return new RecoverFileResponse { StatusCode = StatusCode.Ok };
    }

    private RenameFileResponse Rename(RenameFileRequest request)
    {
        bool isRoot = Authenticate(request.Owner, request.Date, request.Signature);
        Demand(request.OldFileName != request.NewFileName, StatusCode.FileExists);
        Demand(request.OldFileName != "/" && request.NewFileName != "/"
            && !request.NewFileName.StartsWith($"{request.OldFileName}/", StringComparison.Ordinal), StatusCode.ParaError);
        Inode inode = Find(request.OldFileName, request.Owner, isRoot);
        Demand(request.OldFileID == 0 || request.OldFileID == inode.Id, StatusCode.FileIdNotMatch);
        Demand(inode.Type == FileType.PageFile, StatusCode.NotSupported);
        string[] parts = Split(request.NewFileName);
        Inode parent = Parent(parts, request.Owner, isRoot);
        DemandChangeable(request.OldFileName);
        if (_names.ChildOf(parent, parts[^1]) is { } replaced)
        {
            Demand(replaced.Type == FileType.PageFile, StatusCode.FileExists);
            Recycle(replaced, request.NewFileName);
        }

        (inode.Name, inode.ParentId) = (parts[^1], parent.Id);
        _names.Save();
        return new RenameFileResponse { StatusCode = StatusCode.Ok };
    }

    private ExtendFileResponse Extend(ExtendFileRequest request)
    {
        Inode inode = FindVolume(request.FileName, request.Owner, request.Date, request.Signature, StatusCode.NotSupported);
        Demand(request.NewSize >= inode.Length, StatusCode.ShrinkBiggerFile);
        Demand(request.NewSize <= VolumeSizeMax, StatusCode.FileLengthNotSupported);
        Demand((request.NewSize - inode.Length) % NameSpace.SegmentSize == 0, StatusCode.ExtentUnitError);
        Demand(request.NewSize - inode.Length <= _cluster.FreeBytes(_names), StatusCode.FileLengthNotSupported);
        inode.Length = request.NewSize;
        _names.Save();
        return new ExtendFileResponse { StatusCode = StatusCode.Ok };
    }

    private ChangeOwnerResponse ChangeOwner(ChangeOwnerRequest request)
    {
        Demand(Authenticate(request.RootOwner, request.Date, request.Signature), StatusCode.OwnerAuthFail);
        ChangeOwner(request.FileName, request.RootOwner, request.NewOwner);
        return new ChangeOwnerResponse { StatusCode = StatusCode.Ok };
    }

    private void ChangeOwner(string path, string root, string owner)
    {
        Inode inode = Find(path, root, isRoot: true);
        if (inode.Type == FileType.Directory)
            Demand(!_names.ChildrenOf(inode).Any(), StatusCode.DirNotEmpty);
        else
            DemandChangeable(path);
        inode.Owner = owner;
        _names.Save();
    }

    private GetFileInfoResponse GetInfo(GetFileInfoRequest request)
    {
        Inode inode = Find(request.FileName, request.Owner, Authenticate(request.Owner, request.Date, request.Signature));
        return new GetFileInfoResponse { StatusCode = StatusCode.Ok, FileInfo = InfoOf(inode) };
    }

    private ListDirResponse List(ListDirRequest request)
    {
        Inode inode = Find(request.FileName, request.Owner, Authenticate(request.Owner, request.Date, request.Signature));
        Demand(inode.Type == FileType.Directory, StatusCode.NotDirectory);
        var response = new ListDirResponse { StatusCode = StatusCode.Ok };
        response.FileInfo.AddRange(_names.ChildrenOf(inode).Select(InfoOf));
        return response;
    }

    private GetAllocatedSizeResponse GetAllocated(GetAllocatedSizeRequest request)
    {
        Inode inode = Find(request.FileName, "", isRoot: true);
        ulong size = AllocatedOf(inode);
        var response = new GetAllocatedSizeResponse { StatusCode = StatusCode.Ok, AllocatedSize = size };
        if (size > 0)
            response.AllocSizeMap[Cluster.LogicalPoolId] = size;
        return response;
    }

    private ulong AllocatedOf(Inode inode) => inode.Type == FileType.Directory
        ? _names.ChildrenOf(inode).Aggregate(0UL, (sum, child) => sum + AllocatedOf(child))
        : (ulong)inode.Segments.Count * NameSpace.SegmentSize;

    private GetFileSizeResponse GetSize(GetFileSizeRequest request) =>
        new() { StatusCode = StatusCode.Ok, FileSize = SizeOf(Find(request.FileName, "", isRoot: true)) };

    private ulong SizeOf(Inode inode) => inode.Type == FileType.Directory
        ? _names.ChildrenOf(inode).Aggregate(0UL, (sum, child) => sum + SizeOf(child))
        : inode.Length;

    private ListClientResponse ListClients()
    {
        var response = new ListClientResponse { StatusCode = StatusCode.Ok };
        response.ClientInfos.AddRange(_sessions.Openers().Where(opener => opener.Port != 0).Select(opener => new ClientInfo { Ip = opener.Ip, Port = opener.Port }));
        return response;
    }

    private FindFileMountPointResponse FindMountPoint(FindFileMountPointRequest request)
    {
        IReadOnlyList<(string Ip, uint Port)> openers = _sessions.OpenersOf(request.FileName);
        Demand(openers.Count > 0, StatusCode.FileNotExists);
        var response = new FindFileMountPointResponse { StatusCode = StatusCode.Ok };
        response.ClientInfo.AddRange(openers.Select(opener => new ClientInfo { Ip = opener.Ip, Port = opener.Port }));
        return response;
    }

    private IMessage IncreaseEpoch(IncreaseFileEpochRequest request)
    {
        Inode inode = FindVolume(request.FileName, request.Owner, request.Date, request.Signature, StatusCode.NotSupported);
        inode.Epoch++;
        _cluster.Epochs[inode.Id] = inode.Epoch;
        _names.Save();
        var response = new IncreaseFileEpochResponse { StatusCode = StatusCode.Ok, FileInfo = InfoOf(inode) };
        response.CsLocs.AddRange(_cluster.ChunkServers.Select(Cluster.LocationOf));
        return response;
    }
}
