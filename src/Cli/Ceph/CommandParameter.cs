using System.Globalization;
using System.Text.Json;

namespace CurveRbd.Cli.Ceph;

/// <summary>One parameter of a monitor command, as <c>get_command_descriptions</c> describes it.</summary>
internal sealed class CommandParameter
{
    private readonly string[] _choices;
    private readonly double[] _range;
    private readonly string _typeName;

    private CommandParameter(JsonElement description)
    {
        Name = description.GetProperty("name").GetString()!;
        _typeName = Text(description, "type") ?? "CephString";
        Kind = KindOf(_typeName);
        IsRequired = Text(description, "req") is not "false";
        IsRepeatable = Text(description, "n") == "N";
        _choices = Text(description, "strings")?.Split('|') ?? [];
        _range = Text(description, "range")?.Split('|').Select(bound => double.Parse(bound, CultureInfo.InvariantCulture)).ToArray() ?? [];
    }

    public string Name { get; }

    public ParameterKind Kind { get; }

    /// <summary>A yes-or-no parameter is never demanded.</summary>
    public bool IsRequired { get; }

    public bool IsRepeatable { get; }

    public static CommandParameter Parse(JsonElement description) => new(description);

    /// <returns>Why the parameter can't have this value; null when it can.</returns>
    public string? Refuse(string value) => Kind switch
    {
        ParameterKind.Choice when !_choices.Contains(value, StringComparer.Ordinal) => $"{value} not in {string.Join('|', _choices)}",
        ParameterKind.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? RefuseOutside(number, number.ToString())
            : $"{value} doesn't represent an int",
        ParameterKind.Float => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? RefuseOutside(number, number.ToString())
            : $"{value} doesn't represent a float",
        ParameterKind.Boolean when !TryParseBoolean(value, out _) => $"{value} not one of 'true', 'false'",
        _ => null,
    };

    /// <summary>Writes a value that was not refused.</summary>
    public void WriteValue(Utf8JsonWriter json, string value)
    {
        switch (Kind)
        {
            case ParameterKind.Integer:
                json.WriteNumberValue(long.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                break;
            case ParameterKind.Float:
                json.WriteNumberValue(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case ParameterKind.Boolean:
                json.WriteBooleanValue(TryParseBoolean(value, out bool truth) && truth);
                break;
            default:
                json.WriteStringValue(NativeText.Encode(value));
                break;
        }
    }

    /// <summary>As a message names it when it is missing: "pool(poolname)" in angle brackets, "var(size|min_size)".</summary>
    public string Describe() =>
        Kind == ParameterKind.Choice
            ? $"{Name}({string.Join('|', _choices)})"
            : $"{Name}(<{_typeName.Replace("Ceph", "", StringComparison.Ordinal).ToLowerInvariant()}>)";

    /// <summary>As a signature shows it: "&lt;pool&gt;", "[&lt;pg_num:int&gt;]", "size|min_size", "[--force]".</summary>
    public override string ToString()
    {
        string shown = Kind switch
        {
            ParameterKind.Choice => string.Join('|', _choices),
            ParameterKind.Boolean => $"--{Name}",
            ParameterKind.Integer => $"<{Name}:int>",
            ParameterKind.Float => $"<{Name}:float>",
            _ => $"<{Name}>",
        };
        if (IsRepeatable)
            shown += "...";
        return IsRequired ? shown : $"[{shown}]";
    }

    private static ParameterKind KindOf(string type) => type switch
    {
        "CephInt" => ParameterKind.Integer,
        "CephFloat" => ParameterKind.Float,
        "CephBool" => ParameterKind.Boolean,
        "CephChoices" => ParameterKind.Choice,
        _ => ParameterKind.Text,
    };

    private static bool TryParseBoolean(string value, out bool truth)
    {
        truth = value is "true" or "1" or "yes" or "on";
        return truth || value is "false" or "0" or "no" or "off";
    }

    private static string? Text(JsonElement description, string property) =>
        !description.TryGetProperty(property, out JsonElement value) ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private string? RefuseOutside(double number, string shown)
    {
        bool isInside = _range.Length == 0 || (number >= _range[0] && (_range.Length < 2 || number <= _range[1]));
        return isInside ? null : $"{shown} not in range [{string.Join(", ", _range)}]";
    }
}
