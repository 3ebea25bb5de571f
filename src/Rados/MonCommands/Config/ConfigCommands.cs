using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>config help, config ls: which options there are.</summary>
internal static class ConfigCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("config help name=key,type=CephString", "Describe a configuration option", "r", HelpAsync),
        new("config ls", "List available configuration options", "r", ListAsync),
    ];

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
