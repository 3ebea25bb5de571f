using System.Text.Json;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>What all MDS of a cluster share (etcd in CurveBS): files, segments, and the ids given out.</summary>
internal sealed class NameSpace
{
    public const ulong RootId = 0;
    public const ulong RecycleBinId = 1;
    public const uint ChunkSize = ChunkStore.ChunkSize;
    public const uint SegmentSize = 1 << 30;
    public const int ChunksPerSegment = (int)(SegmentSize / ChunkSize);

    private readonly string _file;
    private readonly State _state;

    public NameSpace(string directory)
    {
        _file = Path.Combine(directory, "namespace.json");
        _state = File.Exists(_file) ? JsonSerializer.Deserialize<State>(File.ReadAllText(_file))! : new State();
        if (_state.Inodes.Count > 0)
            return;
        Add(new Inode { Id = RootId, Name = "/", Type = FileType.Directory, Owner = "root", Created = Now() });
        Add(new Inode { Id = RecycleBinId, Name = "RecycleBin", Type = FileType.Directory, Owner = "root", Created = Now() });
    }

    /// <summary>Held while a request is served.</summary>
    public Lock Gate { get; } = new();

    public string ClusterId => _state.ClusterId;

    public IEnumerable<Inode> All => _state.Inodes.Values;

    public static ulong Now() => (ulong)((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    public ulong NextId() => ++_state.LastInodeId;

    public ulong NextChunkId() => ++_state.LastChunkId;

    public void Add(Inode inode) => _state.Inodes.Add(inode.Id, inode);

    public void Remove(Inode inode) => _state.Inodes.Remove(inode.Id);

    public Inode Root => _state.Inodes[RootId];

    public IEnumerable<Inode> ChildrenOf(Inode directory) =>
        All.Where(inode => inode.ParentId == directory.Id && inode.Id != RootId);

    public Inode? ChildOf(Inode directory, string name) =>
        ChildrenOf(directory).FirstOrDefault(inode => string.Equals(inode.Name, name, StringComparison.Ordinal));

    public void Save() => File.WriteAllText(_file, JsonSerializer.Serialize(_state));

    private sealed class State
    {
        public string ClusterId { get; init; } = Guid.NewGuid().ToString();

        public ulong LastInodeId { get; set; } = RecycleBinId;

        public ulong LastChunkId { get; set; }

        public Dictionary<ulong, Inode> Inodes { get; init; } = [];
    }
}
