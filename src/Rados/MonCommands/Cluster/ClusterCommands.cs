using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>What identifies a cluster and its software.</summary>
internal static class ClusterCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("fsid", "show cluster FSID/UUID", "r", call => Task.FromResult(CommandResult.Of(
            call, () => call.Cluster.Fsid + "\n", json => json.Object(() => json.WriteString("fsid", call.Cluster.Fsid))))),
        new("version", "show mon daemon version", "r", call => Task.FromResult(CommandResult.Of(
            call, () => CephRelease.Version + "\n", json => json.Object(() => json.WriteString("version", CephRelease.Version))))),
        new("versions", "check running versions of ceph daemons", "r", VersionsAsync),
        new("features", "report of connected features", "r", FeaturesAsync),
    ];

    // There is one version: that of the library which answers. It is what the cluster's members do for clients.
    private static async Task<CommandResult> VersionsAsync(CommandCall call)
    {
        MonMap map = await MonMapCommands.ReadAsync(call).ConfigureAwait(false);
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        int monitors = map.Quorum.Count();
        return CommandResult.Json(call, json => json.Object(() =>
        {
            WriteVersion(json, "mon", monitors);
            json.EmptyObject("mgr");
            WriteVersion(json, "osd", report.NodesUp);
            json.EmptyObject("mds");
            WriteVersion(json, "overall", monitors + report.NodesUp);
        }));
    }

    private static void WriteVersion(Utf8JsonWriter json, string daemon, int count) => json.Object(daemon, () =>
    {
        if (count > 0)
            json.WriteNumber(CephRelease.Version, count);
    });

    private static async Task<CommandResult> FeaturesAsync(CommandCall call)
    {
        MonMap map = await MonMapCommands.ReadAsync(call).ConfigureAwait(false);
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        return CommandResult.Json(call, json => json.Object(() =>
        {
            WriteFeatures(json, "mon", map.Quorum.Count());
            WriteFeatures(json, "osd", report.NodesUp);
            WriteFeatures(json, "client", 1);
        }));
    }

    private static void WriteFeatures(Utf8JsonWriter json, string kind, int count) =>
        json.Array(kind, count > 0 ? [count] : Array.Empty<int>(), number => json.Object(() =>
        {
            json.WriteString("features", "0x3f01cfb9fffdffff");
            json.WriteString("release", CephRelease.OldestClient);
            json.WriteNumber("num", number);
        }));
}
