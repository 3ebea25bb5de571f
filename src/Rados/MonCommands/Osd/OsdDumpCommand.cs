using System.Text;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd dump: nodes, pools and fenced clients.</summary>
internal static class OsdDumpCommand
{
    private const string Flags = "sortbitwise,recovery_deletes,purged_snapdirs";

    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd dump name=epoch,type=CephInt,range=0,req=false", "print summary of OSD map", "r", RunAsync),
    ];

    private static async Task<CommandResult> RunAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        IReadOnlyList<Pool> pools = await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false);
        IReadOnlyList<BlocklistEntry> blocked = await call.Cluster.Blocklist.ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call, () => Plain(status, pools, blocked), json => json.Object(() => Write(json, status, pools, blocked)));
    }

    private static string Plain(StoreStatus status, IReadOnlyList<Pool> pools, IReadOnlyList<BlocklistEntry> blocked)
    {
        var text = new StringBuilder();
        text.Append($"epoch {OsdCommands.Epoch}\nfsid {status.Fsid}\ncreated {status.Created.ToPlainText()}\n");
        text.Append($"modified {status.Created.ToPlainText()}\nflags {Flags}\n");
        text.Append($"require_min_compat_client {CephRelease.OldestClient}\nmin_compat_client {CephRelease.OldestClient}\n");
        text.Append($"require_osd_release {CephRelease.Name}\nstretch_mode_enabled false\n");
        foreach (Pool pool in pools)
            text.Append(PoolSettings.Describe(pool, status.Replicas)).Append('\n');
        text.Append($"max_osd {MaxOsd(status)}\n");
        foreach (StoreNode node in status.Nodes)
            text.Append($"osd.{node.Id} {(node.IsUp ? "up  " : "down")} in  weight 1 {node.Address} exists,{(node.IsUp ? "up" : "down")}\n");
        foreach (BlocklistEntry entry in blocked)
            text.Append($"blocklist {entry.Address} expires {entry.Until.ToPlainText()}\n");
        return text.ToString();
    }

    private static int MaxOsd(StoreStatus status) => status.Nodes.Count == 0 ? 0 : status.Nodes.Max(node => node.Id) + 1;

    private static void Write(
        Utf8JsonWriter json, StoreStatus status, IReadOnlyList<Pool> pools, IReadOnlyList<BlocklistEntry> blocked)
    {
        json.WriteNumber("epoch", OsdCommands.Epoch);
        json.WriteString("fsid", status.Fsid);
        json.Time("created", status.Created);
        json.Time("modified", status.Created);
        json.WriteString("flags", Flags);
        json.Array("flags_set", Flags.Split(','), json.WriteStringValue);
        json.WriteNumber("pool_max", pools.Count == 0 ? 0 : pools[^1].Id);
        json.WriteNumber("max_osd", MaxOsd(status));
        json.WriteString("require_min_compat_client", CephRelease.OldestClient);
        json.WriteString("min_compat_client", CephRelease.OldestClient);
        json.WriteString("require_osd_release", CephRelease.Name);
        json.Array("pools", pools, pool => PoolSettings.Write(json, pool, status.Replicas));
        json.Array("osds", status.Nodes, node => WriteNode(json, node));
        json.EmptyArray("pg_upmap");
        json.EmptyArray("pg_temp");
        json.Object("blocklist", () =>
        {
            foreach (BlocklistEntry entry in blocked)
                json.WriteString(entry.Address, entry.Until.ToPlainText());
        });
        json.EmptyObject("erasure_code_profiles");
    }

    private static void WriteNode(Utf8JsonWriter json, StoreNode node) => json.Object(() =>
    {
        json.WriteNumber("osd", node.Id);
        json.WriteNumber("up", node.IsUp ? 1 : 0);
        json.WriteNumber("in", 1);
        json.WriteNumber("weight", 1);
        json.WriteString("public_addr", $"{node.Address}/0");
        json.WriteString("cluster_addr", $"{node.Address}/0");
        json.Array("state", ["exists", node.IsUp ? "up" : "down"], json.WriteStringValue);
    });
}
