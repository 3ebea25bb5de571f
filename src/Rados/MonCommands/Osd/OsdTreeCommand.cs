using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd tree: the store's nodes below their hosts.</summary>
internal static class OsdTreeCommand
{
    private const int RootId = -1;

    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd tree name=epoch,type=CephInt,range=0,req=false", "print OSD tree", "r", RunAsync),
    ];

    private static async Task<CommandResult> RunAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        string deviceClass = call.Cluster.Settings.Store.Kind;
        List<Host> hosts =
        [
            .. status.Nodes.GroupBy(node => HostOf(node.Address), StringComparer.Ordinal)
                .Select((group, i) => new Host(RootId - 2 - (2 * i), group.Key, [.. group])),
        ];
        return CommandResult.Of(call, () => Plain(hosts, deviceClass), json => Write(json, hosts, deviceClass));
    }

    private static string HostOf(string address) => MonitorAddress.ParseList(address) is [var parsed, ..] ? parsed.Host : address;

    // Ceph weighs its devices in TiB.
    private static double Weight(StoreNode node) => node.TotalBytes / (double)(1ul << 40);

    private static string Plain(List<Host> hosts, string deviceClass)
    {
        var table = new PlainTable(
            new("ID"), new("CLASS"), new("WEIGHT"), new("TYPE NAME", IsLeftAligned: true), new("STATUS"), new("REWEIGHT"), new("PRI-AFF"));
        table.Add($"{RootId}", "", $"{hosts.Sum(host => host.Weight):F5}", "root default", "", "", "");
        foreach (Host host in hosts)
        {
            table.Add($"{host.Id}", "", $"{host.Weight:F5}", $"    host {host.Name}", "", "", "");
            foreach (StoreNode node in host.Nodes)
                table.Add($"{node.Id}", deviceClass, $"{Weight(node):F5}", $"        osd.{node.Id}", node.IsUp ? "up" : "down", "1.00000", "1.00000");
        }

        return table.ToString();
    }

    private static void Write(Utf8JsonWriter json, List<Host> hosts, string deviceClass) => json.Object(() =>
    {
        json.WriteStartArray("nodes");
        WriteInner(json, RootId, "default", "root", typeId: 11, hosts.Select(host => host.Id));
        foreach (Host host in hosts)
        {
            WriteInner(json, host.Id, host.Name, "host", typeId: 1, host.Nodes.Select(node => node.Id));
            foreach (StoreNode node in host.Nodes)
                WriteNode(json, node, deviceClass);
        }

        json.WriteEndArray();
        json.EmptyArray("stray");
    });

    private static void WriteInner(Utf8JsonWriter json, int id, string name, string type, int typeId, IEnumerable<int> children) => json.Object(() =>
    {
        json.WriteNumber("id", id);
        json.WriteString("name", name);
        json.WriteString("type", type);
        json.WriteNumber("type_id", typeId);
        json.Array("children", children, json.WriteNumberValue);
    });

    private static void WriteNode(Utf8JsonWriter json, StoreNode node, string deviceClass) => json.Object(() =>
    {
        json.WriteNumber("id", node.Id);
        json.WriteString("device_class", deviceClass);
        json.WriteString("name", $"osd.{node.Id}");
        json.WriteString("type", "osd");
        json.WriteNumber("type_id", 0);
        json.WriteNumber("crush_weight", Weight(node));
        json.WriteNumber("depth", 2);
        json.WriteNumber("exists", 1);
        json.WriteString("status", node.IsUp ? "up" : "down");
        json.WriteNumber("reweight", 1);
        json.WriteNumber("primary_affinity", 1);
    });

    private sealed record Host(int Id, string Name, IReadOnlyList<StoreNode> Nodes)
    {
        public double Weight => Nodes.Sum(OsdTreeCommand.Weight);
    }
}
