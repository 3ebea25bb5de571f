using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>config ...: configuration lies in files here, not in the cluster; what is told is what this client has.</summary>
internal static class ConfigCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("config get name=who,type=CephString name=key,type=CephString,req=false", "Show configuration option(s) for an entity", "r", GetAsync),
        new("config dump", "Show all configuration option(s)", "r", DumpAsync),
        new("config help name=key,type=CephString", "Describe a configuration option", "r", HelpAsync),
        new("config ls", "List available configuration options", "r", ListAsync),
    ];

    private static Task<CommandResult> GetAsync(CommandCall call)
    {
        if (call.TextOrNull("key") is not { Length: > 0 } key)
            return DumpAsync(call);
        if (!CephConf.Exists(key))
            throw new StorageException(Errno.ENOENT, $"unrecognized key '{key}'");
        string value = call.Cluster.Conf.GetText(key);
        return Task.FromResult(CommandResult.Of(call, () => value + "\n", json => json.WriteStringValue(value)));
    }

    private static Task<CommandResult> DumpAsync(CommandCall call) => Task.FromResult(CommandResult.Of(
        call,
        () => new PlainTable(
            new("WHO", IsLeftAligned: true), new("MASK", IsLeftAligned: true), new("LEVEL", IsLeftAligned: true),
            new("OPTION", IsLeftAligned: true), new("VALUE", IsLeftAligned: true), new("RO", IsLeftAligned: true)).ToString(),
        json => json.Array<int>([], _ => { })));

    private static Task<CommandResult> HelpAsync(CommandCall call)
    {
        string key = OptionName.Normalize(call.Text("key"));
        if (!OptionTable.TryFind(key, out Option? option))
            throw new StorageException(Errno.ENOENT, $"configuration option '{key}' not recognized");
        string description = option.Description ?? "Accepted, without effect here.";
        return Task.FromResult(CommandResult.Of(
            call,
            () => $"{option.Name} - {description}\n  ({TypeName(option)})\n  Default: {option.Default}\n",
            json => Write(json, option, description)));
    }

    private static void Write(Utf8JsonWriter json, Option option, string description) => json.Object(() =>
    {
        json.WriteString("name", option.Name);
        json.WriteString("type", TypeName(option));
        json.WriteString("desc", description);
        json.WriteString("default", option.Default);
        json.WriteString("min", option.Min?.ToString() ?? "");
        json.WriteString("max", option.Max?.ToString() ?? "");
        json.Array("enum_values", option.Values, json.WriteStringValue);
        json.WriteBoolean("can_update_at_runtime", !option.IsFixedByConnect);
    });

    private static string TypeName(Option option) => option.Type switch
    {
        OptionType.Bool => "bool",
        OptionType.Int => "int",
        OptionType.UInt => "uint",
        OptionType.Size => "size",
        OptionType.Float => "float",
        OptionType.Seconds => "secs",
        OptionType.Uuid => "uuid",
        OptionType.Address => "addr",
        _ => "str",
    };

    private static Task<CommandResult> ListAsync(CommandCall call)
    {
        List<string> names = [.. OptionTable.All.Select(option => option.Name).Order(StringComparer.Ordinal)];
        return Task.FromResult(CommandResult.Of(
            call, () => string.Concat(names.Select(name => name + "\n")), json => json.Array(names, json.WriteStringValue)));
    }
}
