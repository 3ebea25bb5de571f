using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Which cluster a client means and how it is reached: its section of the host file under its own configuration.</summary>
/// <param name="Monitors">The addresses by which clients may name this cluster, and which lead back to the same section.</param>
/// <param name="AllowsPoolDelete">Whether pools may be deleted.</param>
internal sealed record ClusterSettings(StoreSettings Store, IReadOnlyList<MonitorAddress> Monitors, bool AllowsPoolDelete)
{
    public const string NoMonitors = "unable to get monitor info from DNS SRV with service name: ceph-mon";

    /// <summary>The section of the host file that was chosen, or what stands for one.</summary>
    public ClusterSection Section { get; private init; } = ClusterSection.Embedded;

    private const string OperationTimeout = "rados_osd_op_timeout";
    private const string AllowPoolDelete = "mon_allow_pool_delete";

    private static readonly string[] s_ownOptions =
        [.. OptionTable.All.Where(option => option.IsOwn).Select(option => option.Name).Order(StringComparer.Ordinal)];

    /// <exception cref="StorageException">ENOENT: no cluster is configured, or none fits. EINVAL: the host file is wrong.</exception>
    public static ClusterSettings Resolve(CephConf conf) => Resolve(conf, HostFile.Read());

    public static ClusterSettings Resolve(CephConf conf, HostFile? host)
    {
        IReadOnlyList<MonitorAddress> monitors = MonitorAddress.ParseList(conf.GetText("mon_host"));
        ClusterSection section = SelectSection(conf, host, monitors);
        var values = new Dictionary<string, string>(section.Values, StringComparer.Ordinal);
        foreach (string option in s_ownOptions)
        {
            if (conf.Explicit(option) is { } value)
                values[option] = value;
        }

        StoreSettings store = StoreOf(conf, values);
        return new ClusterSettings(store, section.Monitors, MayDeletePools(conf, values, store)) { Section = section };
    }

    /// <summary>Whether a client means a cluster of Ceph's: it names monitors that no cluster of ours has, and no key of ours.</summary>
    /// <exception cref="StorageException">EINVAL: the host file is wrong.</exception>
    public static bool NamesCeph(CephConf conf) => NamesCeph(conf, HostFile.Read());

    public static bool NamesCeph(CephConf conf, HostFile? host)
    {
        IReadOnlyList<MonitorAddress> monitors = MonitorAddress.ParseList(conf.GetText("mon_host"));
        if (monitors.Count == 0 || s_ownOptions.Any(option => conf.Explicit(option) is not null))
            return false;
        return host is null ? !ClusterSection.Embedded.Owns(monitors) : !host.Knows(conf.Explicit("fsid"), monitors);
    }

    private static ClusterSection SelectSection(CephConf conf, HostFile? host, IReadOnlyList<MonitorAddress> monitors)
    {
        // Who names a store needs no section; the one that fits still completes it.
        bool namesStore = conf.Explicit(OwnOptions.Store) is not null;
        try
        {
            if (host is not null)
                return host.Select(conf.Explicit("fsid"), monitors);
            if (!namesStore && monitors.Count == 0 && conf.HasFile)
                throw new StorageException(Errno.ENOENT, NoMonitors);
            if (monitors.Count == 0 || ClusterSection.Embedded.Match(monitors) > 0)
                return ClusterSection.Embedded;
            throw new StorageException(
                Errno.ENOENT,
                $"the monitors {string.Join(", ", monitors)} belong to no cluster of this host: describe it in /etc/ceph/curverbd.conf");
        }
        catch (StorageException error) when (namesStore && error.Errno == Errno.ENOENT)
        {
            string named = monitors.Count > 0 ? conf.GetText("mon_host") : conf.Explicit("curve_mds") ?? "";
            return ClusterSection.Create("", named.Length == 0
                ? new Dictionary<string, string>(StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["mon_host"] = named });
        }
    }

    private static StoreSettings StoreOf(CephConf conf, Dictionary<string, string> values)
    {
        string store = values.GetValueOrDefault(OwnOptions.Store) ?? "";
        if (store.Length == 0)
            store = values.ContainsKey("curve_mds") ? "curve" : ClusterSection.Embedded.Values[OwnOptions.Store];
        int colon = store.IndexOf(':', StringComparison.Ordinal);
        var options = s_ownOptions.ToDictionary(
            option => option, option => ConfText.ToUtf8(Value(values, option)), StringComparer.Ordinal);
        if (conf.GetTimeout(OperationTimeout) is { } timeout)
            options[OperationTimeout] = timeout.TotalSeconds.ToString();
        return new StoreSettings(
            colon < 0 ? store : store[..colon],
            colon < 0 ? "" : ConfText.ToUtf8(store[(colon + 1)..]),
            conf.Name.Id,
            options);
    }

    private static string Value(Dictionary<string, string> values, string option)
    {
        if (values.TryGetValue(option, out string? value))
            return value;
        return OptionTable.TryFind(option, out Option? known) ? known.Default : "";
    }

    private static bool MayDeletePools(CephConf conf, Dictionary<string, string> values, StoreSettings store) =>
        (conf.Explicit(AllowPoolDelete) ?? values.GetValueOrDefault(AllowPoolDelete)) switch
        {
            "true" => true,
            "false" => false,
            _ => store.Kind == "local",
        };
}
