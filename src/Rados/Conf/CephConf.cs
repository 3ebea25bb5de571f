using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// One rados_t's configuration: options of Ceph and of this product, from files, the environment, arguments and conf_set. Values
/// are bytes. Safe to use from several threads.
/// </summary>
public sealed class CephConf(string clusterName, EntityName name)
{
    private static int s_lastContextId;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string>[] _values =
        [.. Enum.GetValues<ConfSource>().Select(_ => new Dictionary<string, string>(StringComparer.Ordinal))];

    private readonly int _contextId = Interlocked.Increment(ref s_lastContextId);
    private int _connectedClients;

    public string ClusterName { get; } = clusterName.Length == 0 ? "ceph" : clusterName;

    public EntityName Name { get; } = name;

    /// <summary>The options that rbd_config_pool_list shows: everything about images that a pool may override.</summary>
    public static IReadOnlyList<string> PoolOptions { get; } = OverridableOptions.OfPools();

    /// <summary>The options that rbd_config_image_list shows.</summary>
    public static IReadOnlyList<string> ImageOptions { get; } = OverridableOptions.OfImages();

    /// <summary>Whether a configuration file was read: then, and only then, a missing monitor list is an error.</summary>
    internal bool HasFile => FilePath is not null;

    /// <summary>The configuration file that was read last; null when none was.</summary>
    public string? FilePath { get; private set; }

    /// <summary>Whether it means a cluster of Ceph's: it names monitors that no cluster of this host has, and has no key of ours.</summary>
    /// <exception cref="StorageException">EINVAL: the host file is wrong.</exception>
    public bool NamesCeph => ClusterSettings.NamesCeph(this);

    /// <summary>What the program itself gave by arguments and conf_set: options of Ceph and their values.</summary>
    public IReadOnlyList<(string Option, ByteName Value)> Given
    {
        get
        {
            lock (_lock)
            {
                return [.. _values[(int)ConfSource.Argument].Concat(_values[(int)ConfSource.Set])
                    .Select(given => (given.Key, ConfText.ToBytes(given.Value)))];
            }
        }
    }

    /// <summary>Once connected, the options that chose the cluster are fixed.</summary>
    internal bool IsConnected => Volatile.Read(ref _connectedClients) > 0;

    /// <summary>How often a value has changed: readers that keep parsed values compare it.</summary>
    internal int Generation { get; private set; }

    /// <summary>As rados_create makes it: with what CEPH_ARGS and CEPH_KEYRING say. What is wrong in there is told on stderr, as in Ceph.</summary>
    public static CephConf FromEnvironment(string clusterName, EntityName name)
    {
        var conf = new CephConf(clusterName, name);
        try
        {
            conf.ParseEnvironment(null);
        }
        catch (StorageException error)
        {
            LineWriter.WriteToStandardError($"CEPH_ARGS: {error.Message}");
        }

        return conf;
    }

    public static bool Exists(string option) => OptionTable.TryFind(OptionName.Normalize(option), out _);

    /// <exception cref="StorageException">ENOENT: no such option. EINVAL, ERANGE: not a value of it.</exception>
    public static void Validate(string option, ByteName value) => Canonical(Find(option), ConfText.FromBytes(value));

    /// <summary>A copy that changes on its own.</summary>
    public CephConf Clone()
    {
        var copy = new CephConf(ClusterName, Name);
        lock (_lock)
        {
            for (int source = 0; source < _values.Length; source++)
            {
                foreach ((string option, string value) in _values[source])
                    copy._values[source][option] = value;
            }

            copy.FilePath = FilePath;
        }

        return copy;
    }

    /// <exception cref="StorageException">
    /// ENOENT: no such option. EINVAL, ERANGE: not a value of it. EPERM: fixed once connected.
    /// </exception>
    public void Set(string option, ByteName value) => Assign(ConfSource.Set, Find(option), ConfText.FromBytes(value));

    /// <summary>The value in its canonical form ("true", "33554432"), with $cluster and the like expanded.</summary>
    /// <exception cref="StorageException">ENOENT: no such option.</exception>
    public ByteName Get(string option) => ConfText.ToBytes(Value(option));

    /// <summary><see cref="Get"/> as text, its bytes read as UTF-8.</summary>
    public string GetText(string option) => ConfText.ToUtf8(Value(option));

    public bool GetBool(string option) => Value(option) == "true";

    public long GetInt(string option) => long.Parse(Value(option), NumberStyles.AllowLeadingSign);

    public ulong GetUInt(string option) => ulong.Parse(Value(option), NumberStyles.None);

    public double GetDouble(string option) => FloatingPoint.Parse(Value(option));

    /// <returns>null when the option, a number of seconds, is 0: no limit.</returns>
    public TimeSpan? GetTimeout(string option)
    {
        // Longer than a timer can wait is no limit either.
        long seconds = GetInt(option);
        return seconds is 0 or > int.MaxValue / 1000 ? null : TimeSpan.FromSeconds(seconds);
    }

    /// <param name="path">null: the search path of Ceph. Else a file, or several separated by ',' of which the first readable counts.</param>
    /// <exception cref="StorageException">ENOENT: no file. EINVAL: not a configuration file. ENOSYS: connected already.</exception>
    public void ReadFile(string? path)
    {
        if (IsConnected)
            throw new StorageException(Errno.ENOSYS, "the configuration file can't be read once the client is connected");

        ConfFile file = ConfFileSearch.ReadFirst(
            path is null ? ConfFileSearch.DefaultPaths(ClusterName) : ConfFileSearch.SplitList(path));
        Apply(file);
    }

    /// <summary>Reads options from an environment variable, and the keyring from CEPH_KEYRING. Unset is fine.</summary>
    /// <param name="variable">null: CEPH_ARGS.</param>
    /// <exception cref="StorageException">EINVAL, ERANGE</exception>
    public void ParseEnvironment(string? variable)
    {
        if (Environment.GetEnvironmentVariable("CEPH_KEYRING") is { } keyring)
            Assign(ConfSource.Environment, Find("keyring"), ConfText.FromUtf8(keyring));
        if (Environment.GetEnvironmentVariable(variable ?? "CEPH_ARGS") is { } line)
            Consume(ConfSource.Environment, ArgumentParser.Words(ConfText.FromUtf8(line)));
    }

    /// <returns>The arguments that are no options.</returns>
    /// <exception cref="StorageException">EINVAL, ERANGE: a value that its option can't have.</exception>
    public IReadOnlyList<string> ParseArguments(IReadOnlyList<string> arguments) =>
        [.. Consume(ConfSource.Argument, [.. arguments.Select(ConfText.FromUtf8)]).Select(place => arguments[place])];

    /// <returns>The places of the arguments that are no options, ascending.</returns>
    /// <exception cref="StorageException">EINVAL, ERANGE: a value that its option can't have.</exception>
    public IReadOnlyList<int> ConsumeArguments(IReadOnlyList<ByteName> arguments) =>
        Consume(ConfSource.Argument, [.. arguments.Select(ConfText.FromBytes)]);

    /// <summary>Takes over what the cluster keeps for this client, but for what chose the cluster.</summary>
    internal void ApplyStored(IEnumerable<StoredOption> stored)
    {
        foreach (StoredOption each in stored)
        {
            if (OptionTable.TryFind(each.Name, out Option? option) && !option.IsFixedByConnect)
                TryAssign(ConfSource.Cluster, option, each.Value);
        }
    }

    /// <summary>Several clients may share a configuration (rados_create_with_context).</summary>
    internal void CountClients(int change) => Interlocked.Add(ref _connectedClients, change);

    /// <summary>The value that somebody gave, unexpanded; null when it is the default.</summary>
    internal string? Explicit(string option)
    {
        lock (_lock)
        {
            for (int source = _values.Length - 1; source >= 0; source--)
            {
                if (_values[source].TryGetValue(option, out string? value))
                    return value;
            }
        }

        return null;
    }

    private static Option Find(string name) =>
        OptionTable.TryFind(OptionName.Normalize(name), out Option? option)
            ? option
            : throw new StorageException(
                string.IsNullOrWhiteSpace(name) ? Errno.EINVAL : Errno.ENOENT, $"there is no configuration option '{name}'");

    private static string Canonical(Option option, string value)
    {
        try
        {
            return OptionValue.Canonical(option, value);
        }
        catch (FormatException error)
        {
            throw new StorageException(Errno.EINVAL, $"{option.Name} = '{value}': {error.Message}", error);
        }
        catch (OverflowException error)
        {
            throw new StorageException(Errno.ERANGE, $"{option.Name} = '{value}': {error.Message}", error);
        }
    }

    private IReadOnlyList<int> Consume(ConfSource source, IReadOnlyList<string> arguments) =>
        new ArgumentParser(arguments, (option, value) => Assign(source, option, value)).Parse();

    private void Assign(ConfSource source, Option option, string value)
    {
        string canonical = Canonical(option, value);
        if (IsConnected && option.IsFixedByConnect && canonical != Raw(option))
            throw new StorageException(Errno.EPERM, $"{option.Name} can't be changed while connected");
        lock (_lock)
        {
            _values[(int)source][option.Name] = canonical;
            Generation++;
        }
    }

    private void Apply(ConfFile file)
    {
        FilePath = file.Path;
        foreach (string section in new[] { "global", Name.Type, Name.ToString() })
        {
            IEnumerable<KeyValuePair<string, string>> values =
                file.Sections.Where(candidate => candidate.Name == section).SelectMany(candidate => candidate.Values);
            foreach ((string key, string value) in values)
            {
                if (OptionTable.TryFind(key, out Option? option))
                    TryAssign(ConfSource.File, option, value);
            }
        }
    }

    // As in Ceph: what a file or the cluster says of unknown options, or says wrongly, is passed over.
    private void TryAssign(ConfSource source, Option option, string value)
    {
        try
        {
            Assign(source, option, value);
        }
        catch (StorageException)
        {
            // The default stays.
        }
    }

    private string Raw(Option option) => Explicit(option.Name) ?? option.Default;

    private string Value(string name)
    {
        Option option = Find(name);
        string raw = Raw(option);
        return option.Type == OptionType.Text ? new MacroExpansion(LookUp).Expand(option.Name, raw) : raw;
    }

    private string? LookUp(string variable) => variable switch
    {
        "cluster" => ConfText.FromUtf8(ClusterName),
        "type" => Name.Type,
        "name" => ConfText.FromUtf8(Name.ToString()),
        "id" or "num" => ConfText.FromUtf8(Name.Id),
        "home" => ConfText.FromUtf8(ConfFileSearch.Home),
        "pid" => Environment.ProcessId.ToString(),
        "cctid" => _contextId.ToString(),
        "host" when Explicit("host") is null or "" => ConfText.FromUtf8(HostName()),
        _ => OptionTable.TryFind(variable, out Option? option) ? Raw(option) : null,
    };

    private static string HostName() => Environment.MachineName.Split('.')[0];
}
