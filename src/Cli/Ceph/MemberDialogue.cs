using System.Globalization;
using System.Text;
using System.Text.Json;
using CurveRbd.Rados;

namespace CurveRbd.Cli.Ceph;

/// <summary>Lines to one member of the cluster: "ping mon.a", "tell osd.0 version".</summary>
internal static class MemberDialogue
{
    private const string Monitor = "mon.";
    private const string Osd = "osd.";

    /// <returns>null: the line is for the cluster as a whole.</returns>
    public static Func<Task<MonCommandReply>>? Find(Cluster cluster, CephOptions options, CancellationToken cancellationToken) => options.Words switch
    {
        ["ping", var target] when target.StartsWith(Monitor, StringComparison.Ordinal) =>
            () => cluster.PingMonitorAsync(target[Monitor.Length..], cancellationToken),
        ["tell", var target, ..] when target.StartsWith(Osd, StringComparison.Ordinal) && NumberOf(target) is { } osd =>
            () => cluster.OsdCommandAsync(osd, CommandOf(options), cancellationToken),
        _ => null,
    };

    private static int? NumberOf(string target) =>
        int.TryParse(target.AsSpan(Osd.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string CommandOf(CephOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("prefix", string.Join(' ', options.Words.Skip(2)));
            if (options.Format is not null)
                json.WriteString("format", options.Format);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
