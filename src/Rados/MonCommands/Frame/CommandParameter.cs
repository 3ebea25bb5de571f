namespace CurveRbd.Rados;

/// <summary>A word or an argument of a command's signature, as "get_command_descriptions" tells it to the ceph command.</summary>
/// <param name="Name">null: <paramref name="Type"/> is a fixed word.</param>
internal sealed record CommandParameter(string? Name, string Type, IReadOnlyDictionary<string, string> Properties)
{
    public bool IsRequired => !Properties.TryGetValue("req", out string? required) || required != "false";

    /// <summary>"name=pool,type=CephPoolname,req=false" or a word.</summary>
    public static CommandParameter Parse(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
            return new CommandParameter(null, text, new Dictionary<string, string>(StringComparer.Ordinal));

        Dictionary<string, string> properties = text.Split(',')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        properties.Remove("name", out string? name);
        properties.Remove("type", out string? type);
        return new CommandParameter(name, type!, properties);
    }
}
