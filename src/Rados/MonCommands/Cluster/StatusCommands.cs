using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>status, health and what they are made of.</summary>
internal static class StatusCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("status", "show cluster status", "r", StatusAsync),
        new("health name=detail,type=CephChoices,strings=detail,req=false", "show cluster health", "r", HealthAsync),
        new("pg stat", "show placement group status.", "r", PgStatAsync),
    ];

    private static async Task<CommandResult> HealthAsync(CommandCall call)
    {
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        ClusterHealth health = ClusterHealth.Of(report, MonMap.Create(call.Cluster.Settings, report.Status));
        bool withDetail = call.TextOrNull("detail") is "detail";
        return CommandResult.Of(call, () => health.ToPlainText(withDetail), json => health.Write(json, withDetail));
    }

    private static async Task<CommandResult> StatusAsync(CommandCall call)
    {
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        MonMap map = MonMap.Create(call.Cluster.Settings, report.Status);
        ClusterHealth health = ClusterHealth.Of(report, map);
        return CommandResult.Of(call, () => PlainStatus(report, map, health), json => WriteStatus(json, report, map, health));
    }

    private static string PlainStatus(StoreReport report, MonMap map, ClusterHealth health)
    {
        string problems = string.Concat(health.Checks.Select(check => $"            {check.Message}\n"));
        string quorum = string.Join(',', map.Quorum.Select(member => member.Name));
        int nodes = report.Status.Nodes.Count;
        return $"""
              cluster:
                id:     {map.Fsid}
                health: {health.Status}
            {problems} 
              services:
                mon: {map.Members.Count} daemons, quorum {quorum}
                mgr: no daemons active
                osd: {nodes} osds: {report.NodesUp} up, {nodes} in
             
              data:
                pools:   {report.Pools.Count} pools, 0 pgs
                objects: {report.Objects} objects, {ByteCount.ToText(report.StoredBytes)}
                usage:   {Usage(report)}
                pgs:     
             

            """;
    }

    private static string Usage(StoreReport report) =>
        $"{ByteCount.ToText(report.Status.UsedBytes)} used, {ByteCount.ToText(report.Status.AvailableBytes)} / "
        + $"{ByteCount.ToText(report.Status.TotalBytes)} avail";

    private static void WriteStatus(Utf8JsonWriter json, StoreReport report, MonMap map, ClusterHealth health) => json.Object(() =>
    {
        json.WriteString("fsid", map.Fsid);
        json.WritePropertyName("health");
        health.Write(json, withDetail: false);
        MonMapCommands.WriteQuorum(json, map);
        json.WriteNumber("quorum_age", 0);
        json.Object("monmap", () =>
        {
            json.WriteNumber("epoch", MonMap.Epoch);
            json.WriteString("min_mon_release_name", CephRelease.Name);
            json.WriteNumber("num_mons", map.Members.Count);
        });
        WriteOsdMap(json, report);
        WritePgMap(json, report);
        json.Object("fsmap", () =>
        {
            json.WriteNumber("epoch", 1);
            json.EmptyArray("by_rank");
            json.WriteNumber("up:standby", 0);
        });
        MgrCommands.WriteSummary(json);
        json.Object("servicemap", () =>
        {
            json.WriteNumber("epoch", 1);
            json.Time("modified", map.Created);
            json.EmptyObject("services");
        });
        json.EmptyObject("progress_events");
    });

    private static void WriteOsdMap(Utf8JsonWriter json, StoreReport report) => json.Object("osdmap", () =>
    {
        json.WriteNumber("epoch", OsdCommands.Epoch);
        json.WriteNumber("num_osds", report.Status.Nodes.Count);
        json.WriteNumber("num_up_osds", report.NodesUp);
        json.WriteNumber("osd_up_since", 0);
        json.WriteNumber("num_in_osds", report.Status.Nodes.Count);
        json.WriteNumber("osd_in_since", 0);
        json.WriteNumber("num_remapped_pgs", 0);
    });

    private static void WritePgMap(Utf8JsonWriter json, StoreReport report) => json.Object("pgmap", () =>
    {
        json.EmptyArray("pgs_by_state");
        json.WriteNumber("num_pgs", 0);
        json.WriteNumber("num_pools", report.Pools.Count);
        json.WriteNumber("num_objects", report.Objects);
        json.WriteNumber("data_bytes", report.StoredBytes);
        json.WriteNumber("bytes_used", report.Status.UsedBytes);
        json.WriteNumber("bytes_avail", report.Status.AvailableBytes);
        json.WriteNumber("bytes_total", report.Status.TotalBytes);
    });

    private static async Task<CommandResult> PgStatAsync(CommandCall call)
    {
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => $"0 pgs: ; {ByteCount.ToText(report.StoredBytes)} data, {Usage(report)}\n",
            json => json.Object(() =>
            {
                json.WriteBoolean("pg_ready", true);
                json.Object("pg_summary", () =>
                {
                    json.EmptyArray("num_pg_by_state");
                    json.WriteNumber("num_pgs", 0);
                    json.WriteNumber("num_bytes", report.StoredBytes);
                    json.WriteNumber("total_bytes", report.Status.TotalBytes);
                    json.WriteNumber("total_avail_bytes", report.Status.AvailableBytes);
                    json.WriteNumber("total_used_bytes", report.Status.UsedBytes);
                    json.WriteNumber("total_used_raw_bytes", report.Status.UsedBytes);
                });
            }));
    }
}
