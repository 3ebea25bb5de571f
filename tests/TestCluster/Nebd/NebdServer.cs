using System.Net.Sockets;
using System.Text.Json;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages.Nebd;

namespace CurveRbd.TestCluster;

/// <summary>
/// A nebd-server on a Unix socket, as its clients see it: files known by the whole text of their name and without a count of their
/// openers, numbers that survive a restart, I/O answered in any order, and no answer at all to what has failed.
/// </summary>
public sealed class NebdServer : Node
{
    private const int BlockSize = 4096;

    // All files of one server look like one client to the MDS.
    private const string Ip = "127.0.0.1";
    private const uint Port = 9000;

    private readonly Cluster _cluster;
    private readonly NameSpace _names;
    private readonly ClusterOptions _options;
    private readonly string _metaFile;
    private readonly Dictionary<int, NebdRecord> _files = [];
    private Task? _heldUntil;
    private int _lastFd;
    private Timer? _watch;

    internal NebdServer(Cluster cluster, NameSpace names, ClusterOptions options, string directory, Faults faults)
        : base(faults, new UnixDomainSocketEndPoint(Path.Combine(directory, "nebd.sock")))
    {
        _cluster = cluster;
        _names = names;
        _options = options;
        _metaFile = Path.Combine(directory, "nebdserver.meta");
    }

    public string Socket => ToString();

    /// <summary>Names of all files it has a record of, open or not.</summary>
    public IReadOnlyList<string> FileNames
    {
        get
        {
            lock (_files)
                return [.. _files.Values.Select(file => file.FileName)];
        }
    }

    /// <summary>How many of them are open.</summary>
    public int OpenCount
    {
        get
        {
            lock (_files)
                return _files.Values.Count(file => file.Volume is not null);
        }
    }

    /// <summary>Opens what was open before, with the same numbers.</summary>
    public void Start()
    {
        lock (_files)
        {
            foreach (NebdRecord file in File.Exists(_metaFile) ? JsonSerializer.Deserialize<NebdRecord[]>(File.ReadAllText(_metaFile))! : [])
            {
                _files[file.Fd] = file;
                _lastFd = Math.Max(_lastFd, file.Fd);
                TryOpen(file);
            }
        }

        _watch = new Timer(_ => Watch(), null, _options.Lease / 4, _options.Lease / 4);
        Listen();
    }

    /// <summary>As a process that is killed: nothing is closed, requests under way are not answered.</summary>
    public async Task StopAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await ForgetAsync().ConfigureAwait(false);
    }

    /// <summary>The next write is begun and waits inside, as one does whose chunkserver does not answer.</summary>
    public void HoldNextWrite(Task until) => _heldUntil = until;

    /// <summary>Loses the record of what was open, as one whose disk was replaced.</summary>
    public void DeleteMetaFile() => File.Delete(_metaFile);

    private protected override RpcReply Refuse(RpcRequest request, Fault fault) => Answer(false);

    private protected override async ValueTask<RpcReply?> AnswerAsync(RpcRequest request) => request.Method switch
    {
        "OpenFile" => Open(Parse(request, OpenFileRequest.Parser)),
        "CloseFile" => await CloseAsync(Parse(request, CloseFileRequest.Parser).Fd).ConfigureAwait(false),
        "Read" => await ReadAsync(Parse(request, ReadRequest.Parser)).ConfigureAwait(false),
        "Write" => await WriteAsync(Parse(request, WriteRequest.Parser), request.Attachment).ConfigureAwait(false),
        "Discard" => Answer(Find(Parse(request, DiscardRequest.Parser).Fd) is not null),
        "Flush" => Answer(Find(Parse(request, FlushRequest.Parser).Fd) is not null),
        "InvalidateCache" => Answer(Find(Parse(request, InvalidateCacheRequest.Parser).Fd) is not null),
        "ResizeFile" => Resize(Parse(request, ResizeRequest.Parser)),
        "GetInfo" => GetInfo(Parse(request, GetInfoRequest.Parser).Fd),
        "KeepAlive" => KeepAlive(Parse(request, HeartbeatRequest.Parser)),
        _ => NoMethod(request),
    };

    private protected override Task EndAsync() => ForgetAsync();

    // Field 1 of every answer is its code.
    private static RpcReply Answer(bool isOk) => Reply(new CloseFileResponse { RetCode = isOk ? RetCode.KOk : RetCode.KNoOk });

    private RpcReply Open(OpenFileRequest request)
    {
        lock (_files)
        {
            bool isExclusive = request.Flags?.Exclusive ?? true;
            NebdRecord? file = _files.Values.FirstOrDefault(known => string.Equals(known.FileName, request.FileName, StringComparison.Ordinal));
            if (file is not null && file.IsExclusive != isExclusive)
                return Answer(false);
            file ??= new NebdRecord { FileName = request.FileName, Fd = ++_lastFd, IsExclusive = isExclusive };
            if (!TryOpen(file))
                return Answer(false);

            _files[file.Fd] = file;
            Save();
            return Reply(new OpenFileResponse { RetCode = RetCode.KOk, Fd = file.Fd });
        }
    }

    private async Task<RpcReply> CloseAsync(int fd)
    {
        if (Record(fd) is not { } file)
            return Answer(true);
        await EndAllAsync(file).ConfigureAwait(false);
        lock (_files)
        {
            if (_files.Remove(fd) && file.Volume is { } volume)
            {
                _cluster.LeadingMds?.CloseSession(volume.Path, Ip, Port);
                _ = volume.CloseAsync();
            }

            Save();
            return Answer(true);
        }
    }

    private async Task<RpcReply?> ReadAsync(ReadRequest request)
    {
        var data = new byte[request.Size];
        return await TransferAsync(request.Fd, request.Offset, data, isWrite: false).ConfigureAwait(false) is { } isOk
            ? isOk ? Reply(new ReadResponse { RetCode = RetCode.KOk }, data) : Answer(false)
            : null;
    }

    private async Task<RpcReply?> WriteAsync(WriteRequest request, ReadOnlyMemory<byte> data)
    {
        if ((ulong)data.Length != request.Size)
            return Answer(false);
        return await TransferAsync(request.Fd, request.Offset, data.ToArray(), isWrite: true).ConfigureAwait(false) is { } isOk ? Answer(isOk) : null;
    }

    /// <returns>null: never to be answered. Such a request counts as under way for ever, so its file is never closed.</returns>
    private async Task<bool?> TransferAsync(int fd, ulong offset, byte[] data, bool isWrite)
    {
        if (Begin(fd) is not { } file)
            return false;
        if (Find(fd) is not { } volume)
        {
            End(file);
            return false;
        }

        DemandAligned(offset, (ulong)data.Length);
        if (isWrite && Interlocked.Exchange(ref _heldUntil, null) is { } until)
            await until.ConfigureAwait(false);
        bool? outcome = await TransferAsync(volume, offset, data, isWrite).ConfigureAwait(false);
        if (outcome is not null)
            End(file);
        return outcome;
    }

    /// <returns>null: never to be answered.</returns>
    private async Task<bool?> TransferAsync(InnerVolume volume, ulong offset, byte[] data, bool isWrite)
    {
        try
        {
            return await volume.TransferAsync(offset, data, isWrite).ConfigureAwait(false) ? true : _options.NebdTellsErrors ? false : null;
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>The real one completes such a request twice.</summary>
    private static void DemandAligned(ulong offset, ulong size)
    {
        if (offset % BlockSize != 0 || size % BlockSize != 0)
            throw new InvalidDataException($"a nebd client sent {offset}+{size}, which is not in blocks of {BlockSize}");
    }

    private RpcReply Resize(ResizeRequest request)
    {
        if (Find(request.Fd) is not { } volume)
            return Answer(false);
        lock (_names.Gate)
        {
            Inode inode = _names.All.First(inode => inode.Id == volume.InodeId);
            if (request.NewSize < inode.Length || request.NewSize % NameSpace.SegmentSize != 0)
                return Answer(false);
            inode.Length = request.NewSize;
            _names.Save();
            return Answer(true);
        }
    }

    private RpcReply GetInfo(int fd)
    {
        if (Find(fd) is not { } volume)
            return Answer(false);

        // The length as it was at opening; then what lay in memory.
        var info = new Curve.Messages.Nebd.FileInfo { Size = volume.Length, ObjSize = 0x7FB7_0C66_DCE0, ObjNums = 0x7FB7_0C66_DC80 };
        if (_options.Release.HasPoolsets)
            info.Blocksize = BlockSize;
        return Reply(new GetInfoResponse { RetCode = RetCode.KOk, Info = info });
    }

    private RpcReply KeepAlive(HeartbeatRequest request)
    {
        lock (_files)
        {
            bool areKnown = true;
            foreach (HeartbeatFileInfo info in request.Info)
            {
                if (_files.TryGetValue(info.Fd, out NebdRecord? file))
                    file.Seen = TimeProvider.System.GetTimestamp();
                else
                    areKnown = false;
            }

            return Answer(areKnown);
        }
    }

    /// <returns>null: no such number, or it can't be opened (again).</returns>
    private InnerVolume? Find(int fd)
    {
        lock (_files)
            return _files.TryGetValue(fd, out NebdRecord? file) && TryOpen(file) ? file.Volume : null;
    }

    private NebdRecord? Record(int fd)
    {
        lock (_files)
            return _files.GetValueOrDefault(fd);
    }

    private NebdRecord? Begin(int fd)
    {
        lock (_files)
            return _files.TryGetValue(fd, out NebdRecord? file) && file.TryBegin() ? file : null;
    }

    private void End(NebdRecord file)
    {
        lock (_files)
            file.End();
    }

    private Task EndAllAsync(NebdRecord file)
    {
        lock (_files)
            return file.EndAllAsync();
    }

    private bool TryOpen(NebdRecord file)
    {
        if (file.Volume is not null)
            return true;
        if (NebdFileName.Parse(file.FileName) is not { } name || _cluster.LeadingMds is not { } mds)
            return false;
        lock (_names.Gate)
        {
            if (mds.FindForOwner(name.Path, name.Owner) is not { } inode)
                return false;
            file.Volume = new InnerVolume(_cluster, _names, _options.Release, inode, name.Path);
        }

        file.Seen = TimeProvider.System.GetTimestamp();
        mds.RefreshSession(name.Path, Ip, Port);
        return true;
    }

    /// <summary>Keeps the sessions of open files and closes files that nobody sends heartbeats for.</summary>
    private void Watch()
    {
        lock (_files)
        {
            foreach (NebdRecord file in _files.Values.Where(file => file.Volume is not null))
            {
                if (TimeProvider.System.GetElapsedTime(file.Seen) > _options.NebdHeartbeatTimeout && file.IsIdle)
                {
                    _cluster.LeadingMds?.CloseSession(file.Volume!.Path, Ip, Port);
                    _ = file.Volume!.CloseAsync();
                    file.Volume = null;
                    continue;
                }

                _cluster.LeadingMds?.RefreshSession(file.Volume!.Path, Ip, Port);
            }
        }
    }

    private async Task ForgetAsync()
    {
        if (_watch is { } watch)
            await watch.DisposeAsync().ConfigureAwait(false);
        NebdRecord[] files;
        lock (_files)
        {
            files = [.. _files.Values];
            _files.Clear();
        }

        foreach (NebdRecord file in files)
        {
            if (file.Volume is { } volume)
                await volume.CloseAsync().ConfigureAwait(false);
        }
    }

    private void Save() => File.WriteAllText(_metaFile, JsonSerializer.Serialize(_files.Values.ToArray()));
}
