using System.Text;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd config show</c></summary>
internal sealed class ConfigShowCommand : Command
{
    private const string None = "none";

    public override string Name => "config show";

    public override string Summary => "Show which files, section and store a client with these options gets.";

    public override IReadOnlyList<Option> Options => OutputFormat.Options;

    public override Task RunAsync(CommandSession session)
    {
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        ClusterOrigin origin = Find(session.Conf);
        session.Terminal.Print(document is null ? ToText(session.Conf, origin) : ToDocument(session.Conf, origin, document));
        return Task.CompletedTask;
    }

    private static ClusterOrigin Find(CephConf conf)
    {
        try
        {
            return ClusterOrigin.Of(conf);
        }
        catch (StorageException e)
        {
            throw new CommandException("no cluster fits", e);
        }
    }

    private static string ToText(CephConf conf, ClusterOrigin origin)
    {
        var text = new StringBuilder();
        Append(text, "client", conf.Name.ToString());
        Append(text, "ceph.conf", conf.FilePath ?? None);
        Append(text, "host file", origin.HostFile ?? None);
        Append(text, "section", origin.Section ?? None);
        Append(text, "monitors", string.Join(',', origin.Monitors));
        Append(text, "store", StoreText(origin.Store));
        foreach ((string option, string value) in SetOptions(origin.Store))
            Append(text, option, value);
        return text.ToString();
    }

    private static string ToDocument(CephConf conf, ClusterOrigin origin, DocumentWriter document)
    {
        document.OpenObject("config");
        document.String("client", conf.Name.ToString());
        document.String("ceph_conf", conf.FilePath ?? "");
        document.String("host_file", origin.HostFile ?? "");
        document.String("section", origin.Section ?? "");
        document.OpenArray("monitors");
        foreach (string monitor in origin.Monitors)
            document.String("monitor", monitor);
        document.Close();
        document.String("store", StoreText(origin.Store));
        document.OpenObject("options");
        foreach ((string option, string value) in SetOptions(origin.Store))
            document.String(option, value);
        document.Close();
        document.Close();
        return document.ToString();
    }

    private static string StoreText(StoreSettings store) => store.Location.Length == 0 ? store.Kind : $"{store.Kind}:{store.Location}";

    private static IEnumerable<KeyValuePair<string, string>> SetOptions(StoreSettings store) => store.Options
        .Where(option => option.Value.Length > 0 && option.Key != "rbd_store")
        .OrderBy(option => option.Key, StringComparer.Ordinal)
        .Select(option => KeyValuePair.Create(option.Key, IsSecret(option.Key) ? "(not shown)" : option.Value));

    private static bool IsSecret(string option) =>
        option.Contains("password", StringComparison.Ordinal) || option.Contains("secret", StringComparison.Ordinal);

    private static void Append(StringBuilder text, string name, string value) => text.Append($"{name + ':',-12} {value}\n");
}
