using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>config set, rm, get, dump: what the cluster keeps for its clients.</summary>
internal static class ConfigStoreCommands
{
    private static readonly string[] s_types = ["global", "client", "mon", "osd", "mgr", "mds"];

    public static IEnumerable<MonCommand> Commands =>
    [
        new(
            "config set name=who,type=CephString name=name,type=CephString name=value,type=CephString name=force,type=CephBool,req=false",
            "Set a configuration option for one or more entities",
            "rw",
            SetAsync),
        new("config rm name=who,type=CephString name=name,type=CephString", "Clear a configuration option for one or more entities", "rw", RemoveAsync),
        new("config get name=who,type=CephString name=key,type=CephString,req=false", "Show configuration option(s) for an entity", "r", GetAsync),
        new("config dump", "Show all configuration option(s)", "r", DumpAsync),
    ];

    private static async Task<CommandResult> SetAsync(CommandCall call)
    {
        string section = Section(call);
        string name = OptionName.Normalize(call.Text("name"));
        if (!OptionTable.TryFind(name, out Option? option))
            throw new StorageException(Errno.EINVAL, $"unrecognized config option '{name}'");
        string value = Canonical(option, call.Text("value"));
        await Store(call).SetAsync(new StoredOption(section, option.Name, value), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say("");
    }

    private static async Task<CommandResult> RemoveAsync(CommandCall call)
    {
        string name = OptionName.Normalize(call.Text("name"));
        await Store(call).RemoveAsync(Section(call), name, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say("");
    }

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        EntityName who = Entity(Section(call));
        IReadOnlyList<StoredOption> stored = await Store(call).ListAsync(who, call.CancellationToken).ConfigureAwait(false);
        if (call.TextOrNull("key") is not { Length: > 0 } key)
            return Show(call, [.. stored.GroupBy(option => option.Name, StringComparer.Ordinal).Select(group => group.Last())]);
        if (!OptionTable.TryFind(OptionName.Normalize(key), out Option? option))
            throw new StorageException(Errno.ENOENT, $"unrecognized key '{key}'");
        string value = stored.LastOrDefault(each => each.Name == option.Name)?.Value ?? Unstored(call, who, option);
        return CommandResult.Of(call, () => value + "\n", json => json.WriteStringValue(value));
    }

    // What this client's own files say is known only of this client.
    private static string Unstored(CommandCall call, EntityName who, Option option) =>
        who.ToString() == call.Cluster.Name.ToString() ? call.Cluster.Conf.GetText(option.Name) : option.Default;

    private static async Task<CommandResult> DumpAsync(CommandCall call)
    {
        IReadOnlyList<StoredOption> all = await Store(call).ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(call, () => Table(all), json => json.Array(all, option => json.Object(() =>
        {
            json.WriteString("section", option.Section);
            json.WriteString("name", option.Name);
            json.WriteString("value", option.Value);
            json.WriteString("level", "advanced");
            json.WriteBoolean("can_update_at_runtime", IsChangeable(option));
            json.WriteString("mask", "");
        })));
    }

    private static CommandResult Show(CommandCall call, IReadOnlyList<StoredOption> options) => CommandResult.Of(
        call,
        () => Table(options),
        json => json.Object(() =>
        {
            foreach (StoredOption option in options)
            {
                json.Object(option.Name, () =>
                {
                    json.WriteString("value", option.Value);
                    json.WriteString("section", option.Section);
                    json.EmptyObject("mask");
                    json.WriteBoolean("can_update_at_runtime", IsChangeable(option));
                });
            }
        }));

    private static string Table(IReadOnlyList<StoredOption> options)
    {
        var table = new PlainTable(
            new("WHO", IsLeftAligned: true), new("MASK", IsLeftAligned: true), new("LEVEL", IsLeftAligned: true),
            new("OPTION", IsLeftAligned: true), new("VALUE", IsLeftAligned: true), new("RO", IsLeftAligned: true));
        foreach (StoredOption option in options)
            table.Add(option.Section, "", "advanced", option.Name, option.Value, IsChangeable(option) ? "" : "*");
        return table.ToString();
    }

    private static bool IsChangeable(StoredOption stored) => OptionTable.TryFind(stored.Name, out Option? option) && !option.IsFixedByConnect;

    private static StoredConfig Store(CommandCall call) => new(call.Records);

    private static string Canonical(Option option, string value)
    {
        try
        {
            return OptionValue.Canonical(option, value);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new StorageException(Errno.EINVAL, $"error parsing value: {error.Message}", error);
        }
    }

    private static string Section(CommandCall call)
    {
        string who = call.Text("who");
        string type = who.Split('.')[0];
        return s_types.Contains(type) && (who == type || who.Length > type.Length + 1)
            ? who
            : throw new StorageException(Errno.EINVAL, $"unrecognized config target '{who}'");
    }

    private static EntityName Entity(string section) =>
        section.Split('.', 2) is [var type, var id] ? new EntityName(type, id) : new EntityName(section, "");
}
