using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>
/// The options that every Ceph command takes, anywhere on its line and in CEPH_ARGS: which cluster, who connects, and any option of
/// the configuration.
/// </summary>
internal sealed class CephArguments
{
    private static readonly Dictionary<string, string> s_shortNames = new(StringComparer.Ordinal)
    {
        ["-c"] = "--conf",
        ["-n"] = "--name",
        ["-m"] = "--mon_host",
        ["-K"] = "--keyfile",
        ["-k"] = "--keyring",
    };

    private readonly List<string> _rest = [];
    private string _cluster = "ceph";
    private string? _confPath;
    private string? _id;
    private string? _name;

    private CephArguments()
    {
    }

    /// <summary>The configuration they make: file, then environment, then the line itself.</summary>
    public CephConf Conf { get; private set; } = null!;

    /// <summary>The words that are not Ceph's: the command with its own options.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    /// <exception cref="CephArgumentsException">No such file, no such entity, a value that its option can't have.</exception>
    public static CephArguments Parse(IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        var parsed = new CephArguments();
        parsed.TakeIdentity([.. SplitEnvironment(environment.GetVariable("CEPH_ARGS")), .. arguments]);
        parsed.Configure();
        return parsed;
    }

    private static string[] SplitEnvironment(string? variable) =>
        variable?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    private void TakeIdentity(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
            {
                _rest.AddRange(arguments.Skip(i));
                return;
            }

            string spelled = arguments[i];
            int equals = spelled.StartsWith("--", StringComparison.Ordinal) ? spelled.IndexOf('=') : -1;
            string option = equals < 0 ? spelled : spelled[..equals];
            option = s_shortNames.GetValueOrDefault(option, option);
            if (!NeedsValue(option) || IsSwitchOfCheck(option, arguments, i))
                _rest.Add(spelled);
            else if (equals >= 0)
                Assign(option, spelled[(equals + 1)..]);
            else if (i + 1 < arguments.Count)
                Assign(option, arguments[++i]);
            else
                throw new CephArgumentsException($"Option {spelled} requires an argument.");
        }
    }

    // 'curverbd check --cluster' has a switch of that name, which no name of a cluster follows.
    private bool IsSwitchOfCheck(string option, IReadOnlyList<string> arguments, int at) =>
        option == "--cluster" && _rest is ["check", ..] && (at + 1 == arguments.Count || arguments[at + 1].StartsWith('-'));

    private static bool NeedsValue(string option) =>
        option is "--conf" or "--cluster" or "--id" or "--user" or "--name" || s_shortNames.ContainsValue(option);

    private void Assign(string option, string value)
    {
        switch (option)
        {
            case "--conf":
                _confPath = value;
                break;
            case "--cluster":
                _cluster = value;
                break;
            case "--id" or "--user":
                _id = value;
                break;
            case "--name":
                _name = value;
                break;
            default:
                _rest.AddRange([option, value]);
                break;
        }
    }

    private void Configure()
    {
        Conf = new CephConf(_cluster, ParseName());
        ReadFile();
        try
        {
            IReadOnlyList<int> places = Conf.ConsumeArguments([.. _rest.Select(NativeText.ToName)]);
            Rest = [.. places.Select(place => _rest[place])];
        }
        catch (StorageException e)
        {
            throw new CephArgumentsException(e.Message, e);
        }
    }

    private EntityName ParseName()
    {
        if (_name is null)
            return new EntityName("client", _id ?? "admin");
        try
        {
            return EntityName.Parse(_name);
        }
        catch (StorageException e)
        {
            string expected = "expected string of the form TYPE.ID, valid types are: auth, mon, osd, mds, mgr, client";
            throw new CephArgumentsException($"error parsing '{_name}': {expected}", e);
        }
    }

    private void ReadFile()
    {
        try
        {
            Conf.ReadFile(_confPath);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT && _confPath is null)
        {
            // Without any file the host's own settings (curverbd.conf) hold.
        }
        catch (StorageException e)
        {
            throw new CephArgumentsException($"global_init: unable to open config file from search list {_confPath}", e);
        }
    }
}
