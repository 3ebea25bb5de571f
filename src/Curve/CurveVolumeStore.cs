using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// The volumes of a CurveBS cluster, spoken to without CurveBS' own client: pools are directories below '/', volumes are files in
/// them, owners are users.
/// </summary>
public sealed class CurveVolumeStore : IVolumeStore
{
    private const int StatsInFlightMax = 16;

    // 255 minus room for what CurveBS appends to the names of deleted files.
    private const int NameLengthMax = 200;

    private readonly RpcChannels _channels;
    private readonly MdsClient _mds;
    private readonly MdsTopology _topology;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly CopysetDirectory _copysets;
    private readonly NebdClient? _nebd;
    private string _clusterId = "";

    private CurveVolumeStore(CurveOptions options, TimeProvider time)
    {
        Options = options;
        _time = time;
        _channels = new RpcChannels(RpcChannelOptions.Default, time);
        _mds = new MdsClient(options, _channels, time);
        _topology = new MdsTopology(_mds, options);
        _copysets = new CopysetDirectory(_mds, _channels, options, time, _closing.Token);
        Namespace = new MdsNamespace(_mds, options, time);
        if (options.NebdSocket.Length > 0)
            _nebd = new NebdClient(options.NebdSocket, _channels, options.Nebd, time);
    }

    public VolumeLimits Limits { get; private set; } = null!;

    public CurveCapabilities Capabilities { get; private set; } = null!;

    internal CurveOptions Options { get; }

    internal MdsNamespace Namespace { get; }

    /// <summary>Who asks what no owner has to: root when its password is known, because root may everything.</summary>
    private string Inspector => Options.RootPassword.Length > 0 ? MdsStamp.RootUser : Options.User;

    /// <summary>Finds the leading MDS and learns what its release can do.</summary>
    /// <exception cref="StorageException">ETIMEDOUT: no MDS answered within <see cref="CurveOptions.ConnectTimeout"/>. EINVAL: an address is none.</exception>
    public static async Task<CurveVolumeStore> ConnectAsync(CurveOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        CheckOptions(options);
        var store = new CurveVolumeStore(options, time);
        try
        {
            await store.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A chunkserver may still hold a request that it answered too late, and the client may have repeated it meanwhile: a few times the
    /// longest call.
    /// </summary>
    public TimeSpan LateWritesMax => 4 * Options.ChunkRetry.CallTimeoutMax;

    public bool CanFence => Capabilities.HasEpochs;

    public async Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ChunkServerInfo> servers = await _topology.ListChunkServersAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<CurvePool> pools = await _topology.ListPoolsAsync(cancellationToken).ConfigureAwait(false);
        ulong used = await Namespace.GetAllocatedAsync("/", cancellationToken).ConfigureAwait(false);
        int replicas = pools.Count > 0 ? pools.Max(pool => pool.Replicas) : 1;
        ulong total = servers.Where(server => server.Status != ChunkServerStatus.Retired)
            .Aggregate(0UL, (sum, server) => sum + server.DiskCapacity) / (ulong)replicas;
        return new StoreStatus(
            _clusterId,
            pools.Count > 0 ? pools.Min(pool => pool.Created) : DateTimeOffset.UnixEpoch,
            total,
            used,
            total - Math.Min(used, total),
            replicas,
            [.. _mds.Addresses.Select(MonitorOf)],
            [.. servers.Select(NodeOf)]);
    }

    public Task CreatePoolAsync(string pool, CancellationToken cancellationToken)
    {
        CheckName(pool);
        return Namespace.CreateDirectoryAsync($"/{pool}", Options.User, cancellationToken);
    }

    public Task DeletePoolAsync(string pool, CancellationToken cancellationToken) =>
        Namespace.DeleteAsync($"/{pool}", Inspector, cancellationToken);

    /// <exception cref="StorageException">EPERM: only root may, see <see cref="CurveOptions.RootPassword"/>.</exception>
    public async Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CurveFile> files = await Namespace.ListAsync("/", Inspector, cancellationToken).ConfigureAwait(false);
        return [.. files.Where(file => file.Type == FileType.Directory && file.Name != "RecycleBin").Select(file => file.Name)];
    }

    public Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken)
    {
        CheckName(path.Name);
        CheckSize(path, size);
        return Namespace.CreateVolumeAsync(path.ToString(), OwnerOf(path), size, cancellationToken);
    }

    public Task DeleteAsync(VolumePath path, CancellationToken cancellationToken) =>
        Namespace.DeleteAsync(path.ToString(), OwnerOf(path), cancellationToken);

    public async Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken)
    {
        CheckName(newName);
        string newPath = $"/{path.Pool}/{newName}";

        // CurveBS would replace what has the new name.
        if (await Namespace.FindAsync(newPath, OwnerOf(path), cancellationToken).ConfigureAwait(false) is not null)
            throw new StorageException(Errno.EEXIST, $"volume {newPath} exists already");
        await Namespace.RenameAsync(path.ToString(), newPath, OwnerOf(path), cancellationToken).ConfigureAwait(false);
    }

    public async Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken)
    {
        CurveFile? file = await Namespace.FindAsync(path.ToString(), OwnerOf(path), cancellationToken).ConfigureAwait(false);
        return file is { IsVolume: true } ? await DescribeAsync(path.Pool, file, cancellationToken).ConfigureAwait(false) : null;
    }

    public async Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<CurveFile> files = await Namespace.ListAsync($"/{pool}", Inspector, cancellationToken).ConfigureAwait(false);
        CurveFile[] volumes = [.. files.Where(file => file.IsVolume)];
        var described = new VolumeInfo?[volumes.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = StatsInFlightMax, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, volumes.Length, limit, async (i, token) =>
            described[i] = await DescribeAsync(pool, volumes[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. described.OfType<VolumeInfo>()];
    }

    public async Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken)
    {
        CurveFile file = await Namespace.GetAsync(path.ToString(), OwnerOf(path), cancellationToken).ConfigureAwait(false);
        CheckOpenable(path, file);
        VolumeSession session = readOnly
            ? VolumeSession.ForReading(_mds, Options, Capabilities, _time, path.ToString(), OwnerOf(path), file)
            : await VolumeSession.OpenAsync(_mds, Options, Capabilities, _time, path.ToString(), OwnerOf(path), file, cancellationToken)
                .ConfigureAwait(false);
        try
        {
            return await OpenAsync(path, session, readOnly, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Shuts out every writer that has the volume open now: its further writes fail with ESHUTDOWN. Whoever opens it afterwards
    /// writes again.
    /// </summary>
    /// <exception cref="StorageException">EOPNOTSUPP: the release has no epochs. EIO: a chunkserver could not be told.</exception>
    public async Task FenceAsync(VolumePath path, CancellationToken cancellationToken)
    {
        if (!Capabilities.HasEpochs)
            throw new StorageException(Errno.EOPNOTSUPP, $"fence {path}: CurveBS {Capabilities.Releases} has no epochs");
        (CurveFile file, IReadOnlyList<ChunkServerLocation> servers) =
            await Namespace.IncreaseEpochAsync(path.ToString(), OwnerOf(path), cancellationToken).ConfigureAwait(false);
        var broadcast = new EpochBroadcast(_channels, Options, _time);
        await broadcast.TellAsync(file.Id, file.Epoch, servers, cancellationToken).ConfigureAwait(false);
    }

    async ValueTask<bool> IVolumeStore.FenceAsync(VolumePath path, CancellationToken cancellationToken)
    {
        if (!Capabilities.HasEpochs)
            return false;
        await FenceAsync(path, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Who has the volume open for writing, as ip:port. The port only tells openings apart.</summary>
    public Task<IReadOnlyList<string>> GetOpenersAsync(VolumePath path, CancellationToken cancellationToken) =>
        Namespace.GetOpenersAsync(path.ToString(), cancellationToken);

    /// <summary>Requests that are under way fail with ESHUTDOWN; close the volumes first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_nebd is not null)
            await _nebd.DisposeAsync().ConfigureAwait(false);
        await _channels.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    internal void CheckSize(VolumePath path, ulong size)
    {
        if (size < Limits.SizeMin || size > Limits.SizeMax || size % Limits.SizeGranularity != 0)
            throw new StorageException(Errno.EINVAL, $"volume {path} can't have {size} bytes: {Limits.SizeMin} to {Limits.SizeMax} in steps of {Limits.SizeGranularity}");
    }

    private static void CheckOptions(CurveOptions options)
    {
        if (options.MdsAddresses.Count == 0)
            throw new StorageException(Errno.EINVAL, "no MDS is configured (curve_mds = ip:port,...)");
        foreach (string address in options.MdsAddresses)
        {
            try
            {
                RpcEndpoint.Parse(address);
            }
            catch (FormatException error)
            {
                throw new StorageException(Errno.EINVAL, $"curve_mds: {error.Message}", error);
            }
        }
    }

    private static void CheckName(string name)
    {
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new StorageException(Errno.EINVAL, $"'{name}' is no name of a volume or pool");
        if (name.Length > NameLengthMax)
            throw new StorageException(Errno.ENAMETOOLONG, $"names have at most {NameLengthMax} bytes, this one {name.Length}");
    }

    private static void CheckOpenable(VolumePath path, CurveFile file)
    {
        if (!file.IsVolume)
            throw new StorageException(Errno.EISDIR, $"{path} is not a volume but {file.Type}");
        if (file.IsUnflattenedClone)
            throw new StorageException(Errno.EOPNOTSUPP, $"{path} is a clone made by CurveBS whose data still lies in its source: flatten it with CurveBS' tools first");
    }

    private async Task<IVolume> OpenAsync(VolumePath path, VolumeSession session, bool readOnly, CancellationToken cancellationToken)
    {
        var closing = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var segments = new SegmentMap(session, _mds, _copysets, Options, _time, closing.Token);
        var chunks = new ChunkClient(session, Options, _time, closing.Token);
        try
        {
            VolumeIo io = _nebd is null
                ? new ChunkIo(session, segments, chunks, Options.ChunkRequestSizeMax)
                : await OpenThroughNebdAsync(_nebd, session, segments, chunks, closing.Token, cancellationToken).ConfigureAwait(false);
            return new CurveVolume(this, path, session, segments, chunks, io, closing, readOnly);
        }
        catch
        {
            closing.Dispose();
            throw;
        }
    }

    private async Task<VolumeIo> OpenThroughNebdAsync(
        NebdClient nebd, VolumeSession session, SegmentMap segments, ChunkClient chunks, CancellationToken closing, CancellationToken cancellationToken)
    {
        NebdFile file = await nebd.OpenAsync(session, cancellationToken).ConfigureAwait(false);
        var silence = new NebdSilence(session, segments, chunks, Options.Nebd, _time);
        return new NebdIo(file, nebd, session, silence, Options, closing);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _clusterId = await _topology.GetClusterIdAsync(Options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        Capabilities = await _topology.DetectAsync(cancellationToken).ConfigureAwait(false);
        Limits = new VolumeLimits(
            BlockSize: 4096,
            SizeMin: Options.VolumeSizeMin,
            SizeGranularity: 1UL << 30,
            SizeMax: Options.VolumeSizeMax,
            CanShrink: false,
            WritesAreDurable: true,
            NameLengthMax);
    }

    private async Task<VolumeInfo?> DescribeAsync(string pool, CurveFile file, CancellationToken cancellationToken)
    {
        try
        {
            ulong allocated = await Namespace.GetAllocatedAsync($"/{pool}/{file.Name}", cancellationToken).ConfigureAwait(false);
            return new VolumeInfo(file.Name, file.Length, allocated, file.Created);
        }
        catch (StorageException gone) when (gone.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    private StoreMonitor MonitorOf(RpcEndpoint address, int index)
    {
        // A follower does not listen, so one that is dead can't be told from one that stands by; that is no reason for a warning.
        return new StoreMonitor(((char)('a' + (index % 26))).ToString(), address.ToString(), IsUp: true, address == _mds.Leader);
    }

    private static StoreNode NodeOf(ChunkServerInfo server) => new(
        (int)server.ChunkServerID,
        $"{(server.ExternalIp.Length > 0 ? server.ExternalIp : server.HostIp)}:{server.Port}",
        server.OnlineState == OnlineState.Online,
        server.DiskCapacity,
        server.DiskUsed);

    private string OwnerOf(VolumePath path) => path.Owner.Length > 0 ? path.Owner : Options.User;
}
