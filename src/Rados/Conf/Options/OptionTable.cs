using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace CurveRbd.Rados;

/// <summary>Every option that exists: one line each of the tables beside this file, "name | type | default | description".</summary>
internal static class OptionTable
{
    private static readonly FrozenDictionary<string, Option> s_options = Load();

    public static IEnumerable<Option> All => s_options.Values;

    public static bool TryFind(string name, [NotNullWhen(true)] out Option? option) => s_options.TryGetValue(name, out option);

    private static FrozenDictionary<string, Option> Load() =>
        new[] { RbdOptions.Table, ClusterOptions.Table, DebugOptions.Table, AcceptedOptions.Table }
            .SelectMany(Lines).Select(ParseLine)
            .Concat(Lines(OwnOptions.Table).Select(ParseLine).Select(option => option with { IsOwn = true, IsFixedByConnect = true }))
            .Concat(Lines(LayerOptions.Table).Select(ParseLine).Select(option => option with { IsAddition = true }))
            .Select(AddRule)
            .ToFrozenDictionary(option => option.Name, StringComparer.Ordinal);

    private static string[] Lines(string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Option ParseLine(string line)
    {
        string[] cells = line.Split('|', 4, StringSplitOptions.TrimEntries);
        (string type, string constraint) = SplitAtBlank(cells[1]);
        var option = new Option(cells[0], ParseType(type), cells[2], cells.Length > 3 ? cells[3] : null);
        if (constraint.StartsWith('{'))
            return option with { Values = constraint[1..^1].Split(',') };
        if (constraint.Length == 0)
            return option;

        string[] range = constraint.Split("..");
        return option with { Min = ulong.Parse(range[0]), Max = range[1].Length == 0 ? null : ulong.Parse(range[1]) };
    }

    private static (string Type, string Constraint) SplitAtBlank(string text)
    {
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? (text, "") : (text[..blank], text[(blank + 1)..]);
    }

    private static OptionType ParseType(string type) => type switch
    {
        "bool" => OptionType.Bool,
        "int" => OptionType.Int,
        "uint" => OptionType.UInt,
        "size" => OptionType.Size,
        "float" => OptionType.Float,
        "secs" => OptionType.Seconds,
        "uuid" => OptionType.Uuid,
        "addr" => OptionType.Address,
        "level" => OptionType.Level,
        "text" => OptionType.Text,
        _ => throw new FormatException($"'{type}' is not a type of option"),
    };

    private static Option AddRule(Option option) => option.Name switch
    {
        "rbd_default_features" => option with { Rule = FeatureMask.Canonical },
        "rbd_default_pool" => option with { Rule = value => value.Length == 0 || value.AsSpan().IndexOfAny('@', '/') >= 0 ? "rbd" : value },
        "rbd_default_data_pool" => option with { Rule = value => value.AsSpan().IndexOfAny('@', '/') >= 0 ? "" : value },
        "rbd_discard_granularity_bytes" => option with { Rule = PowerOfTwo },
        "mon_host" or "fsid" or "key" or "keyfile" or "keyring" => option with { IsFixedByConnect = true },
        _ => option,
    };

    private static string PowerOfTwo(string value) =>
        BitOperations.IsPow2(ulong.Parse(value)) ? value : throw new FormatException("not a power of two");
}
