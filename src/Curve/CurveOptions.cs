namespace CurveRbd.Curve;

/// <summary>Which cluster, as whom, and how patiently. Defaults are those of CurveBS' own client.</summary>
public sealed record CurveOptions
{
    /// <summary>The MDS, each ip:port.</summary>
    public required IReadOnlyList<string> MdsAddresses { get; init; }

    /// <summary>Owner of what is created; owners are names, not secrets.</summary>
    public required string User { get; init; }

    /// <summary>Password of the user root; empty = root's operations (listing pools) are refused by the cluster.</summary>
    public string RootPassword { get; init; } = "";

    /// <summary>How long connecting to a cluster may take; zero or less = for ever (client_mount_timeout).</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long one I/O request may take; zero = for ever (rados_osd_op_timeout).</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>Smallest volume the cluster accepts, in bytes (mds.curvefs.minFileLength).</summary>
    public ulong VolumeSizeMin { get; init; } = 10UL << 30;

    /// <summary>Largest volume the cluster accepts, in bytes (mds.curvefs.maxFileLength).</summary>
    public ulong VolumeSizeMax { get; init; } = 20UL << 40;

    /// <summary>Striping of new volumes: bytes per stripe unit, 0 = none.</summary>
    public ulong StripeUnit { get; init; }

    /// <summary>Striping of new volumes: chunks per stripe, 0 = none.</summary>
    public ulong StripeCount { get; init; }

    /// <summary>Where new volumes go; empty = by the cluster's rules.</summary>
    public string Poolset { get; init; } = "";

    public MdsRetryPolicy MdsRetry { get; init; } = new();

    public ChunkRetryPolicy ChunkRetry { get; init; } = new();

    /// <summary>Chunk requests in flight per open volume (global.fileMaxInFlightRPCNum).</summary>
    public int ChunkRequestsInFlightMax { get; init; } = 128;

    /// <summary>Largest chunk request, in bytes (global.fileIOSplitMaxSizeKB).</summary>
    public int ChunkRequestSizeMax { get; init; } = 64 * 1024;

    /// <summary>The socket of this host's nebd-server; empty = bytes go straight to the chunkservers.</summary>
    public string NebdSocket { get; init; } = "";

    public NebdPolicy Nebd { get; init; } = new();

    /// <summary>How long I/O waits for a lost permission to come back before it fails (the MDS refuses, e.g. because clocks differ).</summary>
    public TimeSpan AuthorityGrace { get; init; } = TimeSpan.FromSeconds(30);
}
