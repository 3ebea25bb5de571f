using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What is asked of the monitors about themselves.</summary>
internal static class MonMapCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("mon dump name=epoch,type=CephInt,range=0,req=false", "dump formatted monmap", "r", DumpAsync),
        new("mon stat", "summarize monitor status", "r", StatAsync),
        new("quorum_status", "report status of monitor quorum", "r", QuorumStatusAsync),
    ];

    public static async Task<MonMap> ReadAsync(CommandCall call) => MonMap.Create(
        call.Cluster.Settings, await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false));

    /// <summary>What a monitor says of itself when it is pinged.</summary>
    public static async Task<MonCommandReply> PingAsync(Cluster cluster, string name, CancellationToken cancellationToken)
    {
        var call = new CommandCall(cluster, JsonDocument.Parse("""{"format":"json-pretty"}""").RootElement, default, cancellationToken);
        MonMap map = await ReadAsync(call).ConfigureAwait(false);
        if (map.Members.FirstOrDefault(member => member.Name == name) is not { } pinged)
            return new MonCommandReply(-(int)Errno.ENOENT, ReadOnlyMemory<byte>.Empty, $"there is no monitor '{name}'");
        if (!pinged.IsUp)
            return new MonCommandReply(-(int)Errno.ETIMEDOUT, ReadOnlyMemory<byte>.Empty, $"monitor '{name}' is down");
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        CommandResult result = CommandResult.Json(call, json => json.Object(() =>
        {
            json.WritePropertyName("health");
            ClusterHealth.Of(report, map).Write(json, withDetail: false);
            json.Object("mon_status", () =>
            {
                json.WriteString("name", pinged.Name);
                json.WriteNumber("rank", pinged.Rank);
                json.WriteString("state", pinged.IsLeader ? "leader" : "peon");
                WriteQuorum(json, map);
                json.Object("monmap", () => map.WriteContent(json));
            });
        }));
        return new MonCommandReply(0, result.Output, "");
    }

    private static async Task<CommandResult> DumpAsync(CommandCall call)
    {
        MonMap map = await ReadAsync(call).ConfigureAwait(false);
        return CommandResult.Of(call, map.ToPlainText, map.Write, $"dumped monmap epoch {MonMap.Epoch}");
    }

    private static async Task<CommandResult> StatAsync(CommandCall call)
    {
        MonMap map = await ReadAsync(call).ConfigureAwait(false);
        return CommandResult.Of(call, () => Summary(map), json => json.Object(() =>
        {
            json.WriteNumber("epoch", MonMap.Epoch);
            json.WriteNumber("min_mon_release", CephRelease.Number);
            json.WriteNumber("num_mons", map.Members.Count);
            json.WriteString("leader", Leader(map));
            json.Array("quorum", map.Quorum, member => json.Object(() =>
            {
                json.WriteNumber("rank", member.Rank);
                json.WriteString("name", member.Name);
            }));
        }));
    }

    private static string Summary(MonMap map)
    {
        string members = string.Join(',', map.Members.Select(member => $"{member.Name}={member.Type}:{member.Address}/0"));
        string ranks = string.Join(',', map.Quorum.Select(member => member.Rank));
        string names = string.Join(',', map.Quorum.Select(member => member.Name));
        return $"e{MonMap.Epoch}: {map.Members.Count} mons at {{{members}}}, election epoch {MonMap.Epoch}, "
            + $"leader {map.Quorum.FirstOrDefault(member => member.IsLeader)?.Rank ?? 0} {Leader(map)}, quorum {ranks} {names}\n";
    }

    private static async Task<CommandResult> QuorumStatusAsync(CommandCall call)
    {
        MonMap map = await ReadAsync(call).ConfigureAwait(false);
        return CommandResult.Json(call, json => json.Object(() =>
        {
            WriteQuorum(json, map);
            json.WriteString("quorum_leader_name", Leader(map));
            json.EmptyObject("features");
            json.Object("monmap", () => map.WriteContent(json));
        }));
    }

    public static void WriteQuorum(Utf8JsonWriter json, MonMap map)
    {
        json.WriteNumber("election_epoch", MonMap.Epoch);
        json.Array("quorum", map.Quorum, member => json.WriteNumberValue(member.Rank));
        json.Array("quorum_names", map.Quorum, member => json.WriteStringValue(member.Name));
    }

    private static string Leader(MonMap map) =>
        (map.Quorum.FirstOrDefault(member => member.IsLeader) ?? map.Quorum.FirstOrDefault())?.Name ?? "";
}
