using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// The host's own settings, /etc/ceph/curverbd.conf: a section for each cluster, the first is the default. It lies beside Ceph's
/// files because QEMU's profiles let it read nothing else.
/// </summary>
internal sealed class HostFile(string path, IReadOnlyList<ClusterSection> sections)
{
    public const string PathVariable = "CURVERBD_CONF";

    private const string DefaultPath = "/etc/ceph/curverbd.conf";

    private static readonly string[] s_cephOptions = ["mon_host", "fsid", "mon_allow_pool_delete"];

    public string Path { get; } = path;

    public IReadOnlyList<ClusterSection> Sections { get; } = sections;

    /// <returns>null when there is no such file.</returns>
    /// <exception cref="StorageException">EINVAL: it is wrong. ENOENT: the file that CURVERBD_CONF names can't be read.</exception>
    public static HostFile? Read()
    {
        string? named = Environment.GetEnvironmentVariable(PathVariable);
        if (ConfFileSearch.TryRead(named ?? DefaultPath) is { } content)
            return Parse(named ?? DefaultPath, content);
        if (named is not null)
            throw new StorageException(Errno.ENOENT, $"{named}, which {PathVariable} names, can't be read");
        return File.Exists(DefaultPath)
            ? throw new StorageException(Errno.EACCES, $"{DefaultPath} can't be read: make it readable for {Environment.UserName}")
            : null;
    }

    public static HostFile Parse(string path, ReadOnlySpan<byte> content)
    {
        ConfFile file = ConfFile.Parse(path, content);
        List<ClusterSection> sections = [];
        foreach (ConfSection section in file.Sections)
            sections.Add(ClusterSection.Create(ClusterName(path, section), Checked(path, section), sections.Count));
        return new HostFile(path, sections);
    }

    /// <summary>The cluster that a client means.</summary>
    /// <param name="monitors">Its mon_host; empty when it named none.</param>
    /// <exception cref="StorageException">ENOENT: no section fits.</exception>
    public ClusterSection Select(string? fsid, IReadOnlyList<MonitorAddress> monitors)
    {
        if (fsid is not null && Sections.FirstOrDefault(section => section.Fsid == fsid) is { } named)
            return named;
        if (monitors.Count == 0)
        {
            return Sections.Count > 0
                ? Sections[0]
                : throw new StorageException(Errno.ENOENT, $"{Path} has no [cluster] section: add one with rbd_store");
        }

        ClusterSection? best = Sections.MaxBy(section => section.Match(monitors));
        return best is not null && best.Match(monitors) > 0 ? best : throw NoMatch(monitors);
    }

    /// <summary>Whether one of the sections has this fsid or one of these monitors.</summary>
    public bool Knows(string? fsid, IReadOnlyList<MonitorAddress> monitors) =>
        Sections.Any(section => (fsid is not null && section.Fsid == fsid) || section.Owns(monitors));

    private StorageException NoMatch(IReadOnlyList<MonitorAddress> monitors) => new(
        Errno.ENOENT,
        $"no [cluster] section of {Path} has one of the monitors {string.Join(", ", monitors)}: add them there as mon_host");

    private static string ClusterName(string path, ConfSection section)
    {
        if (section.Name == "cluster")
            return "";
        if (section.Name.StartsWith("cluster.", StringComparison.Ordinal))
            return section.Name["cluster.".Length..];
        throw new StorageException(
            Errno.EINVAL, $"{path}, line {section.Line}: expected [cluster] or [cluster.NAME], found [{section.Name}]");
    }

    // A misspelled key in here would send data to the wrong place, so unlike Ceph's files this one is checked.
    private static Dictionary<string, string> Checked(string path, ConfSection section)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in section.Values)
        {
            if (!OptionTable.TryFind(key, out Option? option) || !(option.IsOwn || s_cephOptions.Contains(key)))
                throw new StorageException(Errno.EINVAL, $"{path}, [{section.Name}]: there is no key '{key}'");
            values[key] = Canonical(path, section, option, value);
        }

        return values;
    }

    private static string Canonical(string path, ConfSection section, Option option, string value)
    {
        try
        {
            return OptionValue.Canonical(option, value);
        }
        catch (FormatException error)
        {
            throw new StorageException(
                Errno.EINVAL, $"{path}, [{section.Name}]: {option.Name} = '{value}': {error.Message}", error);
        }
    }
}
