using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Where a client's settings come from and which cluster they lead to: what an operator asks when it is the wrong one.</summary>
/// <param name="HostFile">null when there is none.</param>
/// <param name="Section">The section of the host file, "[cluster]" or "[cluster.NAME]"; null when none was used.</param>
/// <param name="Monitors">The addresses by which clients may name the cluster.</param>
public sealed record ClusterOrigin(string? HostFile, string? Section, StoreSettings Store, IReadOnlyList<string> Monitors)
{
    /// <exception cref="StorageException">ENOENT: no cluster is configured, or none fits. EINVAL: the host file is wrong.</exception>
    public static ClusterOrigin Of(CephConf conf)
    {
        HostFile? host = Rados.HostFile.Read();
        ClusterSettings settings = ClusterSettings.Resolve(conf, host);
        bool isInFile = host is not null && host.Sections.Contains(settings.Section);
        string section = settings.Section.Name.Length == 0 ? "[cluster]" : $"[cluster.{settings.Section.Name}]";
        return new ClusterOrigin(
            host?.Path, isInFile ? section : null, settings.Store, [.. settings.Monitors.Select(monitor => monitor.ToString())]);
    }
}
