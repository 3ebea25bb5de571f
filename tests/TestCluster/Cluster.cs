using System.Collections.Concurrent;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>
/// A CurveBS cluster on loopback, as far as a client can tell: MDS of which one leads, chunkservers with replicated copysets, data
/// really stored. Written from the protocol's description; of the client it shares the transport and the messages alone.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    public const uint LogicalPoolId = 1;
    public const int Replicas = 3;

    private readonly ClusterOptions _options;
    private readonly NameSpace _names;
    private readonly string _directory;
    private readonly SemaphoreSlim _election = new(1);

    private Cluster(ClusterOptions options)
    {
        _options = options;
        ChunkServerBytes = options.ChunkServerBytes;
        _directory = options.Directory ?? System.IO.Directory.CreateTempSubdirectory("curve-cluster").FullName;
        _names = new NameSpace(_directory);
        foreach (Inode inode in _names.All)
            Epochs[inode.Id] = inode.Epoch;

        var copysets = new Dictionary<uint, CopysetGroup>();
        ChunkServers = [.. Enumerable.Range(1, options.ChunkServerCount).Select(i =>
            new ChunkServer((uint)i, Path.Combine(_directory, $"chunkserver{i}"), options.Release, Faults, copysets, Epochs))];
        for (uint id = 1; id <= options.CopysetCount; id++)
            copysets[id] = new CopysetGroup(id, MembersOf(id), options.ElectionTime);
        Copysets = copysets;
        Mds = [.. Enumerable.Range(0, options.MdsCount).Select(_ => new MdsServer(this, _names, options, Faults))];
        Tool = new CurveTool(this, _names, options.Release);
        Nebd = new NebdServer(this, _names, options, _directory, Faults);
    }

    public Faults Faults { get; } = new();

    public IReadOnlyList<MdsServer> Mds { get; }

    public IReadOnlyList<ChunkServer> ChunkServers { get; }

    public CurveTool Tool { get; }

    /// <summary>The nebd-server of the host that the cluster and its clients share.</summary>
    public NebdServer Nebd { get; }

    /// <summary>For a client's configuration.</summary>
    public IReadOnlyList<string> MdsAddresses => [.. Mds.Select(mds => mds.ToString())];

    /// <summary>Raw bytes of each chunkserver. Less than what is allocated: the pool is full.</summary>
    public ulong ChunkServerBytes { get; set; }

    public MdsServer? LeadingMds => Mds.FirstOrDefault(mds => mds.IsListening);

    internal IReadOnlyDictionary<uint, CopysetGroup> Copysets { get; }

    /// <summary>Epochs of all volumes, which a chunkserver asks for when it starts.</summary>
    internal ConcurrentDictionary<ulong, ulong> Epochs { get; } = new();

    public static Cluster Start(ClusterOptions options)
    {
        var cluster = new Cluster(options);
        foreach (ChunkServer server in cluster.ChunkServers)
            server.Start();
        foreach (MdsServer mds in cluster.Mds)
            mds.IsRunning = true;
        cluster.Mds[0].Lead();
        cluster.Nebd.Start();
        return cluster;
    }

    /// <summary>Kills the leading MDS; a standby follows after the time of an election.</summary>
    public async Task FailOverMdsAsync()
    {
        if (LeadingMds is { } leader)
            await StopMdsAsync(leader).ConfigureAwait(false);
        await Task.Delay(_options.ElectionTime).ConfigureAwait(false);
        await ElectAsync().ConfigureAwait(false);
    }

    public async Task StopMdsAsync(MdsServer mds) => await mds.StopAsync().ConfigureAwait(false);

    /// <summary>Starts an MDS; it leads when no other does.</summary>
    public async Task StartMdsAsync(MdsServer mds)
    {
        mds.IsRunning = true;
        await ElectAsync().ConfigureAwait(false);
    }

    /// <summary>Gives every copyset another leader.</summary>
    public void MoveLeaders()
    {
        foreach (CopysetGroup group in Copysets.Values)
            group.MoveLeadership();
    }

    /// <summary>Raises a volume's sequence number as a snapshot would.</summary>
    public void RaiseSeqNum(string path)
    {
        lock (_names.Gate)
        {
            Inode inode = path.Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Aggregate(_names.Root, (directory, name) => _names.ChildOf(directory, name)!);
            inode.SeqNum++;
        }
    }

    /// <exception cref="InvalidDataException">Replicas of a chunk differ.</exception>
    public void VerifyReplicas()
    {
        foreach (CopysetGroup group in Copysets.Values)
            group.Verify();
    }

    public async ValueTask DisposeAsync()
    {
        await Nebd.DisposeAsync().ConfigureAwait(false);
        foreach (MdsServer mds in Mds)
            await mds.DisposeAsync().ConfigureAwait(false);
        foreach (ChunkServer server in ChunkServers)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            server.Store.Dispose();
        }

        _election.Dispose();
        if (_options.Directory is null)
            System.IO.Directory.Delete(_directory, recursive: true);
    }

    internal static ChunkServerLocation LocationOf(ChunkServer server) => new()
    {
        ChunkServerID = server.Id,
        HostIp = server.Address.Address.ToString(),
        Port = (uint)server.Address.Port,
    };

    internal uint CopysetOf(ulong chunkId) => (uint)((chunkId - 1) % (ulong)Copysets.Count) + 1;

    internal ulong AllocatedBytes(NameSpace names) =>
        names.All.Aggregate(0UL, (sum, inode) => sum + ((ulong)inode.Segments.Count * NameSpace.SegmentSize));

    internal ulong FreeBytes(NameSpace names)
    {
        ulong total = ChunkServerBytes * (ulong)ChunkServers.Count / Replicas;
        ulong allocated = AllocatedBytes(names);
        return total > allocated ? total - allocated : 0;
    }

    internal void DeleteChunks(IEnumerable<ulong> chunks)
    {
        foreach (ulong chunk in chunks)
        {
            uint copyset = CopysetOf(chunk);
            Copysets[copyset].TryApply(store => store.Delete(copyset, chunk));
        }
    }

    private async Task ElectAsync()
    {
        await _election.WaitAsync().ConfigureAwait(false);
        try
        {
            if (LeadingMds is null)
                Mds.FirstOrDefault(mds => mds.IsRunning)?.Lead();
        }
        finally
        {
            _election.Release();
        }
    }

    private IReadOnlyList<ChunkServer> MembersOf(uint copyset) =>
        [.. Enumerable.Range(0, Replicas).Select(i => ChunkServers[(int)((copyset + i) % ChunkServers.Count)])];
}
