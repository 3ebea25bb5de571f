using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Curve;

/// <summary>Files and directories: one method per RPC, refusals as <see cref="StorageException"/>s.</summary>
internal sealed class MdsNamespace(MdsClient mds, CurveOptions options, TimeProvider time)
{
    // How far an MDS' clock may be from this host's before it refuses everything.
    private static readonly TimeSpan s_clockSkewMax = TimeSpan.FromSeconds(15);

    public Task CreateVolumeAsync(string path, string owner, ulong length, CancellationToken cancellationToken) =>
        CallAsync($"create {path}", owner, MdsMethods.CreateFile, CreateFileResponse.Parser, reply => reply.StatusCode, stamp => new CreateFileRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            FileType = FileType.PageFile,
            FileLength = length,
            Signature = stamp.Signature,
            Date = stamp.Date,
            StripeUnit = options.StripeUnit,
            StripeCount = options.StripeCount,
            Poolset = options.Poolset,
        }, DoneBy(StatusCode.FileExists, WasCreated(path, owner, file => file.IsVolume && file.Length == length, cancellationToken)), cancellationToken);

    public Task CreateDirectoryAsync(string path, string owner, CancellationToken cancellationToken) =>
        CallAsync($"create directory {path}", owner, MdsMethods.CreateFile, CreateFileResponse.Parser, reply => reply.StatusCode, stamp => new CreateFileRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            FileType = FileType.Directory,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, DoneBy(StatusCode.FileExists, WasCreated(path, owner, file => file.Type == FileType.Directory, cancellationToken)), cancellationToken);

    /// <summary>Deletes a volume (CurveBS keeps it in its recycle bin) or an empty directory.</summary>
    public Task DeleteAsync(string path, string owner, CancellationToken cancellationToken) =>
        CallAsync($"delete {path}", owner, MdsMethods.DeleteFile, DeleteFileResponse.Parser, reply => reply.StatusCode, stamp => new DeleteFileRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
            ForceDelete = false,
        }, DoneBy(StatusCode.FileNotExists, () => Task.FromResult(true)), cancellationToken);

    public Task RenameAsync(string path, string newPath, string owner, CancellationToken cancellationToken) =>
        CallAsync($"rename {path} to {newPath}", owner, MdsMethods.RenameFile, RenameFileResponse.Parser, reply => reply.StatusCode, stamp => new RenameFileRequest
        {
            OldFileName = path,
            NewFileName = newPath,
            Owner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, DoneBy(StatusCode.FileNotExists, async () => await FindAsync(newPath, owner, cancellationToken).ConfigureAwait(false) is not null), cancellationToken);

    public Task ExtendAsync(string path, string owner, ulong length, CancellationToken cancellationToken) =>
        CallAsync($"extend {path}", owner, MdsMethods.ExtendFile, ExtendFileResponse.Parser, reply => reply.StatusCode, stamp => new ExtendFileRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            NewSize = length,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, null, cancellationToken);

    public Task ChangeOwnerAsync(string path, string newOwner, CancellationToken cancellationToken) =>
        CallAsync($"give {path} to {newOwner}", MdsStamp.RootUser, MdsMethods.ChangeOwner, ChangeOwnerResponse.Parser, reply => reply.StatusCode, stamp => new ChangeOwnerRequest
        {
            FileName = path,
            NewOwner = newOwner,
            RootOwner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, null, cancellationToken);

    /// <returns>null when there is no such file.</returns>
    public async Task<CurveFile?> FindAsync(string path, string owner, CancellationToken cancellationToken)
    {
        GetFileInfoResponse reply = await SendAsync(owner, MdsMethods.GetFileInfo, GetFileInfoResponse.Parser, r => r.StatusCode, stamp => new GetFileInfoRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, cancellationToken).ConfigureAwait(false);
        if (reply.StatusCode == StatusCode.FileNotExists)
            return null;
        Demand(reply.StatusCode, $"stat {path}");
        return CurveFile.From(reply.FileInfo ?? throw Incomplete(path), path);
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public async Task<CurveFile> GetAsync(string path, string owner, CancellationToken cancellationToken) =>
        await FindAsync(path, owner, cancellationToken).ConfigureAwait(false)
        ?? throw MdsErrors.Of(StatusCode.FileNotExists, $"stat {path}");

    public async Task<IReadOnlyList<CurveFile>> ListAsync(string path, string owner, CancellationToken cancellationToken)
    {
        ListDirResponse reply = await SendAsync(owner, MdsMethods.ListDir, ListDirResponse.Parser, r => r.StatusCode, stamp => new ListDirRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, cancellationToken).ConfigureAwait(false);
        Demand(reply.StatusCode, $"list {path}");
        return [.. reply.FileInfo.Select(info => CurveFile.From(info, $"{path}/{info.FileName}"))];
    }

    /// <summary>Bytes of allocated segments, one replica; of a directory everything in it.</summary>
    public async Task<ulong> GetAllocatedAsync(string path, CancellationToken cancellationToken)
    {
        GetAllocatedSizeResponse reply = await mds.CallAsync(
            MdsMethods.GetAllocatedSize, () => new GetAllocatedSizeRequest { FileName = path }, GetAllocatedSizeResponse.Parser,
            static _ => true, options.MdsRetry.TotalTimeout, cancellationToken).ConfigureAwait(false);
        Demand(reply.StatusCode, $"ask the allocated size of {path}");
        return reply.AllocatedSize;
    }

    /// <summary>Who has registered as having the volume open, as ip:port.</summary>
    public async Task<IReadOnlyList<string>> GetOpenersAsync(string path, CancellationToken cancellationToken)
    {
        FindFileMountPointResponse reply = await mds.CallAsync(
            MdsMethods.FindFileMountPoint, () => new FindFileMountPointRequest { FileName = path }, FindFileMountPointResponse.Parser,
            static _ => true, options.MdsRetry.TotalTimeout, cancellationToken).ConfigureAwait(false);
        if (reply.StatusCode == StatusCode.FileNotExists)
            return [];
        Demand(reply.StatusCode, $"ask who has {path} open");
        return [.. reply.ClientInfo.Select(client => $"{client.Ip}:{client.Port}")];
    }

    /// <summary>Raises the volume's epoch: writes of whoever opened it before bounce once the chunkservers know.</summary>
    /// <returns>The file with its new epoch, and every chunkserver that has to be told.</returns>
    public async Task<(CurveFile File, IReadOnlyList<ChunkServerLocation> ChunkServers)> IncreaseEpochAsync(
        string path, string owner, CancellationToken cancellationToken)
    {
        IncreaseFileEpochResponse reply = await SendAsync(owner, MdsMethods.IncreaseFileEpoch, IncreaseFileEpochResponse.Parser, r => r.StatusCode, stamp => new IncreaseFileEpochRequest
        {
            FileName = path,
            Owner = stamp.Owner,
            Signature = stamp.Signature,
            Date = stamp.Date,
        }, cancellationToken).ConfigureAwait(false);
        Demand(reply.StatusCode, $"raise the epoch of {path}");
        return (CurveFile.From(reply.FileInfo ?? throw Incomplete(path), path), reply.CsLocs);
    }

    private static StorageException Incomplete(string path) => new(Errno.EIO, $"{path}: the MDS says kOK and nothing about the file");

    private static void Demand(StatusCode status, string doing)
    {
        if (status != StatusCode.Ok)
            throw MdsErrors.Of(status, doing);
    }

    private static Done DoneBy(StatusCode status, Func<Task<bool>> wasDoneByUs) => new(status, wasDoneByUs);

    /// <summary>Whether the file is the one that a try of now has made.</summary>
    private Func<Task<bool>> WasCreated(string path, string owner, Func<CurveFile, bool> isLike, CancellationToken cancellationToken)
    {
        DateTimeOffset earliest = time.GetUtcNow() - s_clockSkewMax;
        return async () => await FindAsync(path, owner, cancellationToken).ConfigureAwait(false) is { } file
            && file.Owner == owner && file.Created >= earliest && isLike(file);
    }

    /// <param name="done">How a repetition is refused when an earlier try was executed although its answer never came; null = it is not.</param>
    private async Task CallAsync<T>(
        string doing, string owner, Brpc.RpcMethod method, MessageParser<T> parser, Func<T, StatusCode> statusOf,
        Func<MdsStamp, IMessage> create, Done? done, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        bool isInDoubt = false;
        T reply = await SendAsync(owner, method, parser, statusOf, create, () => isInDoubt = true, cancellationToken).ConfigureAwait(false);
        StatusCode status = statusOf(reply);
        if (isInDoubt && done is not null && status == done.Status && await done.WasDoneByUs().ConfigureAwait(false))
            return;
        Demand(status, doing);
    }

    private Task<T> SendAsync<T>(
        string owner, Brpc.RpcMethod method, MessageParser<T> parser, Func<T, StatusCode> statusOf,
        Func<MdsStamp, IMessage> create, CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        SendAsync(owner, method, parser, statusOf, create, static () => { }, cancellationToken);

    private Task<T> SendAsync<T>(
        string owner, Brpc.RpcMethod method, MessageParser<T> parser, Func<T, StatusCode> statusOf,
        Func<MdsStamp, IMessage> create, Action onDoubt, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        // An MDS refuses these three for its first 5 s, with the code that it also uses for good.
        bool mayBeStarting = method == MdsMethods.DeleteFile || method == MdsMethods.RenameFile || method == MdsMethods.ChangeOwner;
        return mds.CallAsync(
            method,
            () => create(MdsStamp.Create(owner, options.RootPassword, time.GetUtcNow())),
            parser,
            reply => statusOf(reply) != StatusCode.NotSupported || !mayBeStarting,
            options.MdsRetry.TotalTimeout,
            onDoubt,
            cancellationToken);
    }

    private sealed record Done(StatusCode Status, Func<Task<bool>> WasDoneByUs);
}
