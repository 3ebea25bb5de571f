using System.Globalization;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd df: how full each of the store's nodes is.</summary>
internal static class OsdUsageCommand
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd df", "show OSD utilization", "r", RunAsync),
    ];

    private static async Task<CommandResult> RunAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        var usage = new Usage(status.Nodes);
        string deviceClass = call.Cluster.Settings.Store.Kind;
        return CommandResult.Of(call, () => Plain(usage, deviceClass), json => Write(json, usage, deviceClass));
    }

    private static string Plain(Usage usage, string deviceClass)
    {
        var table = new PlainTable(
            new("ID"), new("CLASS"), new("WEIGHT"), new("REWEIGHT"), new("SIZE"), new("RAW USE"), new("DATA"), new("OMAP"), new("META"), new("AVAIL"),
            new("%USE"), new("VAR"), new("PGS"), new("STATUS"));
        foreach (StoreNode node in usage.Nodes)
        {
            table.Add(
                $"{node.Id}", deviceClass, $"{Weight(node):F5}", "1.00000", Text(node.TotalBytes), Text(node.UsedBytes), Text(node.UsedBytes), Text(0), Text(0),
                Text(Available(node)), Text(Utilization(node)), Text(usage.VariationOf(node)), "0", node.IsUp ? "up" : "down");
        }

        table.Add(
            "", "", "", "TOTAL", Text(usage.TotalBytes), Text(usage.UsedBytes), Text(usage.UsedBytes), Text(0), Text(0),
            Text(usage.TotalBytes - usage.UsedBytes), Text(usage.Average), "", "", "");
        return $"{table}MIN/MAX VAR: {Text(usage.VariationMin)}/{Text(usage.VariationMax)}  STDDEV: {Text(usage.Deviation)}\n";
    }

    private static void Write(Utf8JsonWriter json, Usage usage, string deviceClass) => json.Object(() =>
    {
        json.Array("nodes", usage.Nodes, node => WriteNode(json, node, usage, deviceClass));
        json.EmptyArray("stray");
        json.Object("summary", () =>
        {
            WriteSizes(json, "total_", usage.TotalBytes, usage.UsedBytes);
            json.WriteNumber("average_utilization", usage.Average);
            json.WriteNumber("min_var", usage.VariationMin);
            json.WriteNumber("max_var", usage.VariationMax);
            json.WriteNumber("dev", usage.Deviation);
        });
    });

    private static void WriteNode(Utf8JsonWriter json, StoreNode node, Usage usage, string deviceClass) => json.Object(() =>
    {
        json.WriteNumber("id", node.Id);
        json.WriteString("device_class", deviceClass);
        json.WriteString("name", $"osd.{node.Id}");
        json.WriteString("type", "osd");
        json.WriteNumber("type_id", 0);
        json.WriteNumber("crush_weight", Weight(node));
        json.WriteNumber("depth", 2);
        json.Object("pool_weights", () => { });
        json.WriteNumber("reweight", 1);
        WriteSizes(json, "", node.TotalBytes, node.UsedBytes);
        json.WriteNumber("utilization", Utilization(node));
        json.WriteNumber("var", usage.VariationOf(node));
        json.WriteNumber("pgs", 0);
        json.WriteString("status", node.IsUp ? "up" : "down");
    });

    private static void WriteSizes(Utf8JsonWriter json, string prefix, ulong totalBytes, ulong usedBytes)
    {
        json.WriteNumber($"{prefix}kb", totalBytes >> 10);
        json.WriteNumber($"{prefix}kb_used", usedBytes >> 10);
        json.WriteNumber($"{prefix}kb_used_data", usedBytes >> 10);
        json.WriteNumber($"{prefix}kb_used_omap", 0);
        json.WriteNumber($"{prefix}kb_used_meta", 0);
        json.WriteNumber($"{prefix}kb_avail", (totalBytes - usedBytes) >> 10);
    }

    // Ceph weighs its devices in TiB.
    private static double Weight(StoreNode node) => node.TotalBytes / (double)(1ul << 40);

    private static ulong Available(StoreNode node) => node.TotalBytes - Math.Min(node.UsedBytes, node.TotalBytes);

    private static double Utilization(StoreNode node) => Percent(node.UsedBytes, node.TotalBytes);

    private static double Percent(ulong used, ulong total) => total == 0 ? 0 : 100.0 * used / total;

    private static string Text(ulong bytes) => ByteCount.ToText(bytes);

    private static string Text(double number) => number == 0 ? "0" : number.ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>All nodes together. Variation is a node's utilization over the average one, 1 while nothing is used.</summary>
    private sealed class Usage(IReadOnlyList<StoreNode> nodes)
    {
        public IReadOnlyList<StoreNode> Nodes => nodes;

        public ulong TotalBytes { get; } = nodes.Aggregate(0ul, (sum, node) => sum + node.TotalBytes);

        public ulong UsedBytes { get; } = nodes.Aggregate(0ul, (sum, node) => sum + Math.Min(node.UsedBytes, node.TotalBytes));

        public double Average => Percent(UsedBytes, TotalBytes);

        public double VariationMin => nodes.Count == 0 ? 0 : nodes.Min(VariationOf);

        public double VariationMax => nodes.Count == 0 ? 0 : nodes.Max(VariationOf);

        public double Deviation => nodes.Count == 0 ? 0 : Math.Sqrt(nodes.Average(node => Math.Pow(Utilization(node) - Average, 2)));

        public double VariationOf(StoreNode node) => UsedBytes == 0 ? 1 : Utilization(node) / Average;
    }
}
