using System.Text.Json;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Whose options <c>rbd config global</c> is about: everybody's, all clients', or one client's.</summary>
internal sealed record ConfigEntity(string Name)
{
    public static readonly Positional Word = new("config-entity", "whose option: global, client or client.<id>");

    /// <exception cref="CommandException">EINVAL: somebody else's, or nobody's.</exception>
    public static ConfigEntity Read(ParsedArguments arguments)
    {
        string name = arguments.NextWord() ?? "";
        return name is "global" or "client" || name.StartsWith("client.", StringComparison.Ordinal)
            ? new ConfigEntity(name)
            : throw new CommandException(Errno.EINVAL, $"invalid config entity: {name} (must be global, client or client.<id>)");
    }

    /// <exception cref="CommandException">EINVAL: absent, or not an option of RBD.</exception>
    public static string ReadKey(ParsedArguments arguments)
    {
        string key = ConfKeyWords.ReadKey(arguments);
        return CephConf.Exists(key) ? key : throw new CommandException(Errno.EINVAL, $"invalid config key: {key}");
    }

    /// <summary>The options of RBD that the cluster keeps for it, by name; the nearest section's value where several have one.</summary>
    public async Task<IReadOnlyList<ConfigEntry>> ListAsync(CommandSession session)
    {
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        ReadOnlyMemory<byte> dump = await MonCall.SendAsync(
            cluster, "reading config", "config dump", [new("format", "json")], session.Interrupted).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(dump);
        return
        [
            .. document.RootElement.EnumerateArray()
                .Select(entry => new ConfigEntry(Text(entry, "name"), Text(entry, "value"), Text(entry, "section")))
                .Where(entry => entry.Name.StartsWith("rbd_", StringComparison.Ordinal) && Rank(entry) > 0)
                .GroupBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entries => entries.MaxBy(Rank)!)
                .OrderBy(entry => entry.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a section holds for this entity, and how near it is; 0: not at all.</summary>
    private int Rank(ConfigEntry entry) =>
        entry.Section == Name ? 3 : entry.Section == "client" && Name != "global" ? 2 : entry.Section == "global" ? 1 : 0;

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString() ?? "";
}
