using System.Text.Json;
using CurveRbd.Rados;

namespace CurveRbd.Cli.Rbd;

/// <summary>RBD's options in the cluster's own configuration.</summary>
internal static class GlobalConfig
{
    /// <summary>Those that one entity has, by name.</summary>
    public static async Task<IReadOnlyList<Setting>> ReadAsync(CommandSession session, string entity)
    {
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        var arguments = new Dictionary<string, object> { ["format"] = "json" };
        ReadOnlyMemory<byte> dump = await MonCall
            .SendAsync(cluster, "reading the configuration", "config dump", arguments, session.Interrupted).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(dump);
        return [.. document.RootElement.EnumerateArray()
            .Select(Parse)
            .Where(setting => setting.Section == entity && setting.Name.StartsWith("rbd_", StringComparison.Ordinal))
            .OrderBy(setting => setting.Name, StringComparer.Ordinal)];
    }

    private static Setting Parse(JsonElement setting) => new(
        setting.GetProperty("section").GetString()!, setting.GetProperty("name").GetString()!, setting.GetProperty("value").GetString()!);

    public sealed record Setting(string Section, string Name, string Value);
}
