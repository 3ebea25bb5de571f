using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What is known of single monitors and OSDs: their addresses, and the version that this library stands for.</summary>
internal static class MemberCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("mon metadata name=id,type=CephString,req=false", "fetch metadata for mon <id>", "r", MonitorsAsync),
        new("mon versions", "check running versions of monitors", "r", MonitorVersionsAsync),
        new("osd metadata name=id,type=CephString,req=false", "fetch metadata for osd {id} (default all)", "r", NodesAsync),
        new("osd versions", "check running versions of OSDs", "r", NodeVersionsAsync),
        new("osd find name=id,type=CephOsdName", "find osd <id> in the CRUSH map and show its location", "r", FindAsync),
        new("osd getmaxosd", "show largest OSD id", "r", MaxAsync),
        new("osd perf", "print dump of OSD perf summary stats", "r", PerfAsync),
        new("osd crush class ls", "list all crush device classes", "r", ClassesAsync),
        new("node ls name=type,type=CephChoices,strings=all|osd|mon|mds|mgr,req=false", "list all nodes in cluster [type]", "r", HostsAsync),
    ];

    private static async Task<CommandResult> MonitorsAsync(CommandCall call)
    {
        MonMap map = await MonMapCommands.ReadAsync(call).ConfigureAwait(false);
        return Tell(call, map.Members, member => member.Name, (json, member) =>
        {
            json.WriteString("name", member.Name);
            json.WriteString("addrs", $"{member.Type}:{member.Address}/0");
            WriteVersion(json);
        });
    }

    private static async Task<CommandResult> NodesAsync(CommandCall call)
    {
        StoreStatus status = await StatusAsync(call).ConfigureAwait(false);
        return Tell(call, status.Nodes, node => $"{node.Id}", (json, node) =>
        {
            json.WriteNumber("id", node.Id);
            json.WriteString("front_addr", $"{node.Address}/0");
            json.WriteString("back_addr", $"{node.Address}/0");
            json.WriteString("hostname", HostOf(node.Address));
            json.WriteString("osd_objectstore", call.Cluster.Settings.Store.Kind);
            WriteVersion(json);
        });
    }

    // All in an array, or the one that was asked for.
    private static CommandResult Tell<T>(CommandCall call, IReadOnlyList<T> all, Func<T, string> name, Action<Utf8JsonWriter, T> write)
    {
        if (call.TextOrNull("id") is not { } id)
            return CommandResult.Json(call, json => json.Array(all, each => json.Object(() => write(json, each))));
        string wanted = id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..];
        T[] found = [.. all.Where(each => name(each) == wanted)];
        return found.Length == 0
            ? throw new StorageException(Errno.ENOENT, $"{id} does not exist")
            : CommandResult.Json(call, json => json.Object(() => write(json, found[0])));
    }

    private static async Task<CommandResult> MonitorVersionsAsync(CommandCall call) =>
        Versions(call, (await MonMapCommands.ReadAsync(call).ConfigureAwait(false)).Quorum.Count());

    private static async Task<CommandResult> NodeVersionsAsync(CommandCall call) =>
        Versions(call, (await StatusAsync(call).ConfigureAwait(false)).Nodes.Count(node => node.IsUp));

    private static CommandResult Versions(CommandCall call, int count) => CommandResult.Json(call, json => json.Object(() =>
    {
        if (count > 0)
            json.WriteNumber(CephRelease.Version, count);
    }));

    private static async Task<CommandResult> FindAsync(CommandCall call)
    {
        string id = call.Text("id");
        StoreStatus status = await StatusAsync(call).ConfigureAwait(false);
        StoreNode node = status.Nodes.FirstOrDefault(each => $"{each.Id}" == id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..])
            ?? throw new StorageException(Errno.ENOENT, $"osd.{id} does not exist");
        return CommandResult.Json(call, json => json.Object(() =>
        {
            json.WriteNumber("osd", node.Id);
            json.WriteString("ip", $"{node.Address}/0");
            json.WriteString("osd_fsid", status.Fsid);
            json.WriteString("host", HostOf(node.Address));
            json.Object("crush_location", () =>
            {
                json.WriteString("host", HostOf(node.Address));
                json.WriteString("root", "default");
            });
        }));
    }

    private static async Task<CommandResult> MaxAsync(CommandCall call)
    {
        StoreStatus status = await StatusAsync(call).ConfigureAwait(false);
        int max = status.Nodes.Count == 0 ? 0 : status.Nodes.Max(node => node.Id) + 1;
        return CommandResult.Of(call, () => $"max_osd = {max} in epoch {OsdCommands.Epoch}\n", json => json.Object(() =>
        {
            json.WriteNumber("epoch", OsdCommands.Epoch);
            json.WriteNumber("max_osd", max);
        }));
    }

    // Nobody measures them.
    private static async Task<CommandResult> PerfAsync(CommandCall call)
    {
        StoreStatus status = await StatusAsync(call).ConfigureAwait(false);
        return CommandResult.Of(call, () => PerfTable(status), json => json.Object(() => json.Object("osdstats", () =>
            json.Array("osd_perf_infos", status.Nodes, node => json.Object(() =>
            {
                json.WriteNumber("id", node.Id);
                json.Object("perf_stats", () =>
                {
                    json.WriteNumber("commit_latency_ms", 0);
                    json.WriteNumber("apply_latency_ms", 0);
                });
            })))));
    }

    private static string PerfTable(StoreStatus status)
    {
        var table = new PlainTable(new("osd"), new("commit_latency(ms)"), new("apply_latency(ms)"));
        foreach (StoreNode node in status.Nodes)
            table.Add($"{node.Id}", "0", "0");
        return table.ToString();
    }

    private static Task<CommandResult> ClassesAsync(CommandCall call)
    {
        string kind = call.Cluster.Settings.Store.Kind;
        return Task.FromResult(CommandResult.Of(call, () => $"[\n    \"{kind}\"\n]\n", json => json.Array([kind], json.WriteStringValue)));
    }

    private static async Task<CommandResult> HostsAsync(CommandCall call)
    {
        MonMap map = await MonMapCommands.ReadAsync(call).ConfigureAwait(false);
        StoreStatus status = await StatusAsync(call).ConfigureAwait(false);
        string type = call.TextOrNull("type") ?? "all";
        return CommandResult.Json(call, json => json.Object(() =>
        {
            if (type is "all" or "mon")
                WriteHosts(json, "mon", map.Members, member => member.Address, member => json.WriteStringValue(member.Name));
            if (type is "all" or "osd")
                WriteHosts(json, "osd", status.Nodes, node => node.Address, node => json.WriteNumberValue(node.Id));
            foreach (string absent in (string[])["mds", "mgr"])
            {
                if (type == "all" || type == absent)
                    json.EmptyObject(absent);
            }
        }));
    }

    private static void WriteHosts<T>(Utf8JsonWriter json, string kind, IEnumerable<T> all, Func<T, string> address, Action<T> write) =>
        json.Object(kind, () =>
        {
            foreach (IGrouping<string, T> host in all.GroupBy(each => HostOf(address(each)), StringComparer.Ordinal))
                json.Array(host.Key, host, write);
        });

    private static void WriteVersion(Utf8JsonWriter json)
    {
        json.WriteString("ceph_release", CephRelease.Name);
        json.WriteString("ceph_version", CephRelease.Version);
    }

    private static Task<StoreStatus> StatusAsync(CommandCall call) => call.Volumes.GetStatusAsync(call.CancellationToken);

    private static string HostOf(string address) => MonitorAddress.ParseList(address) is [var parsed, ..] ? parsed.Host : address;
}
