namespace CurveRbd.Rados;

/// <summary>What the host file says of one cluster. Values are one char per byte.</summary>
/// <param name="Name">What follows "cluster." in the section's name; "" for a plain [cluster].</param>
/// <param name="Monitors">The addresses by which clients name the cluster.</param>
internal sealed record ClusterSection(string Name, IReadOnlyDictionary<string, string> Values, IReadOnlyList<MonitorAddress> Monitors)
{
    // Where a cluster on this host would have its monitor. Sections that say nothing else differ by the port.
    private const int MonitorPort = 6789;

    /// <summary>The cluster of a host on which nothing is configured.</summary>
    public static ClusterSection Embedded { get; } =
        Create("", new Dictionary<string, string>(StringComparer.Ordinal) { [OwnOptions.Store] = "local:/var/lib/curverbd" });

    public string? Fsid => Values.GetValueOrDefault("fsid");

    public static ClusterSection Create(string name, IReadOnlyDictionary<string, string> values, int index = 0)
    {
        string monitors = values.GetValueOrDefault("mon_host")
            ?? values.GetValueOrDefault("curve_mds")
            ?? $"127.0.0.1:{MonitorPort + index}";
        return new ClusterSection(name, values, MonitorAddress.ParseList(monitors));
    }

    /// <summary>How well a client's monitors fit: ports count when both sides name the host; 0 = not at all.</summary>
    public int Match(IReadOnlyList<MonitorAddress> wanted) => wanted.Sum(address =>
        Monitors.Contains(address) ? 2 : Monitors.Any(monitor => monitor.Host == address.Host) ? 1 : 0);

    /// <summary>Whether one of these monitors is this cluster's for certain: another port of the same host may be another cluster.</summary>
    public bool Owns(IReadOnlyList<MonitorAddress> wanted) =>
        wanted.Any(address => Monitors.Any(own => own.Host == address.Host && (own.Port == address.Port || own.Port == 0 || address.Port == 0)));
}
