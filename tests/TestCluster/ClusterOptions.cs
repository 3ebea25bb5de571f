namespace CurveRbd.TestCluster;

/// <summary>What a test cluster consists of and how it behaves.</summary>
public sealed record ClusterOptions
{
    public Release Release { get; init; } = Release.Latest2;

    public int MdsCount { get; init; } = 2;

    public int ChunkServerCount { get; init; } = 3;

    public int CopysetCount { get; init; } = 8;

    public string RootPassword { get; init; } = "root_password";

    /// <summary>Raw bytes of each chunkserver; what is left bounds new volumes and new segments.</summary>
    public ulong ChunkServerBytes { get; init; } = 1UL << 40;

    /// <summary>How long the pool has no leader after its leader died, for MDS and copysets alike.</summary>
    public TimeSpan ElectionTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a leading MDS refuses to delete, rename and change owners after its start (5 s in CurveBS).</summary>
    public TimeSpan StartupRefusal { get; init; } = TimeSpan.Zero;

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the nebd-server answers I/O that has failed (response.returnRpcWhenIoError); by default it says nothing.</summary>
    public bool NebdTellsErrors { get; init; }

    /// <summary>How long the nebd-server keeps a file open without a heartbeat.</summary>
    public TimeSpan NebdHeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where data is kept; null = a temporary directory that goes with the cluster.</summary>
    public string? Directory { get; init; }
}
