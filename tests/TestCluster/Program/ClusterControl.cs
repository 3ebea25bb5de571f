using System.Globalization;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>The orders that a running cluster takes: faults, and what CurveBS' own tools would do.</summary>
internal sealed class ClusterControl(Cluster cluster, EtcdProcess etcd)
{
    private const string Help =
        "fault METHOD KIND [TIMES [MS]] (KIND: dropped, reply-dropped, reset, late, elogoff, or a status such as overload, redirected, epochtooold, storageerror);"
        + " clear; hits; move-leaders; fail-over; kill-mds; stop-mds; start-mds; reset-connections; stop-chunkserver N; start-chunkserver N;"
        + " stop-nebd; start-nebd; forget-nebd; skew SECONDS; capacity GIB; stop-etcd; start-etcd; verify;"
        + " raise-seq PATH; chown PATH OWNER; delete PATH OWNER; mkdir PATH OWNER; create PATH OWNER GIB; write PATH OWNER OFFSET FILE; read PATH OWNER OFFSET LENGTH FILE";

    /// <returns>What to answer.</returns>
    public async Task<string> DoAsync(string[] words)
    {
        switch (words)
        {
            case ["help"]:
                return Help;
            case ["fault", var method, var kind, .. var rest]:
                cluster.Faults.Inject(FaultOf(method == "*" ? null : method, kind, rest));
                return "";
            case ["clear"]:
                cluster.Faults.Clear();
                return "";
            case ["hits"]:
                return $"{cluster.Faults.Hits}";
            case ["move-leaders"]:
                cluster.MoveLeaders();
                return "";
            case ["reset-connections"]:
                foreach (ChunkServer server in cluster.ChunkServers)
                    server.ResetConnections();
                return "";
            case ["skew", var seconds]:
                foreach (MdsServer mds in cluster.Mds)
                    mds.ClockSkew = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
                return "";
            case ["capacity", var gib]:
                cluster.ChunkServerBytes = ulong.Parse(gib, CultureInfo.InvariantCulture) << 30;
                return "";
            case ["verify"]:
                cluster.VerifyReplicas();
                return cluster.Faults.Violations is { Count: > 0 } violations ? throw new InvalidDataException(violations[0]) : "";
            default:
                return await DoServerAsync(words).ConfigureAwait(false);
        }
    }

    private async Task<string> DoServerAsync(string[] words)
    {
        switch (words)
        {
            case ["fail-over"]:
                MdsServer? dead = cluster.LeadingMds;
                await cluster.FailOverMdsAsync().ConfigureAwait(false);
                if (dead is not null)
                    await cluster.StartMdsAsync(dead).ConfigureAwait(false);
                return cluster.LeadingMds?.ToString() ?? "";
            case ["kill-mds"]:
                await cluster.FailOverMdsAsync().ConfigureAwait(false);
                return cluster.LeadingMds?.ToString() ?? "";
            case ["stop-mds"]:
                foreach (MdsServer mds in cluster.Mds)
                    await cluster.StopMdsAsync(mds).ConfigureAwait(false);
                return "";
            case ["start-mds"]:
                foreach (MdsServer mds in cluster.Mds)
                    await cluster.StartMdsAsync(mds).ConfigureAwait(false);
                return "";
            case ["stop-chunkserver", var number]:
                await ChunkServer(number).StopAsync().ConfigureAwait(false);
                return "";
            case ["start-chunkserver", var number]:
                if (!ChunkServer(number).IsListening)
                    ChunkServer(number).Start();
                return "";
            case ["stop-nebd"]:
                await cluster.Nebd.StopAsync().ConfigureAwait(false);
                return "";
            case ["start-nebd"]:
                cluster.Nebd.Start();
                return "";
            case ["forget-nebd"]:
                cluster.Nebd.DeleteMetaFile();
                return "";
            case ["stop-etcd"]:
                await etcd.StopAsync().ConfigureAwait(false);
                return "";
            case ["start-etcd"]:
                await etcd.StartAsync().ConfigureAwait(false);
                return "";
            default:
                return await DoFileAsync(words).ConfigureAwait(false);
        }
    }

    private async Task<string> DoFileAsync(string[] words)
    {
        switch (words)
        {
            case ["raise-seq", var path]:
                cluster.RaiseSeqNum(path);
                return "";
            case ["chown", var path, var owner]:
                return Demand(cluster.Tool.ChangeOwner(path, owner));
            case ["delete", var path, var owner]:
                return Demand(cluster.Tool.Delete(path, owner));
            case ["mkdir", var path, var owner]:
                return Demand(cluster.Tool.Create(path, owner, 0));
            case ["create", var path, var owner, var gib]:
                return Demand(cluster.Tool.Create(path, owner, ulong.Parse(gib, CultureInfo.InvariantCulture) << 30));
            case ["write", var path, var owner, var offset, var file]:
                await cluster.Tool.WriteAsync(path, owner, ulong.Parse(offset, CultureInfo.InvariantCulture), file).ConfigureAwait(false);
                return "";
            case ["read", var path, var owner, var offset, var length, var file]:
                await cluster.Tool.ReadAsync(path, owner, ulong.Parse(offset, CultureInfo.InvariantCulture), int.Parse(length, CultureInfo.InvariantCulture), file).ConfigureAwait(false);
                return "";
            default:
                throw new FormatException($"'{string.Join(' ', words)}' is no order; these are: {Help}");
        }
    }

    private ChunkServer ChunkServer(string number) => cluster.ChunkServers[int.Parse(number, CultureInfo.InvariantCulture) - 1];

    private static string Demand(StatusCode status) => status == StatusCode.Ok ? "" : throw new InvalidOperationException($"k{status}");

    private static Fault FaultOf(string? method, string kind, string[] rest)
    {
        int times = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 1;
        var fault = new Fault(method) { Times = times };
        return kind switch
        {
            "dropped" => fault with { IsDropped = true },
            "reply-dropped" => fault with { IsReplyDropped = true },
            "reset" => fault with { IsReset = true },
            "late" => fault with { Delay = TimeSpan.FromMilliseconds(rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 1000) },
            "elogoff" => fault with { Error = RpcErrorCode.ELOGOFF },
            _ when Enum.TryParse(kind.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out ChunkOpStatus chunk) => fault with { ChunkStatus = chunk },
            _ when Enum.TryParse(kind, ignoreCase: true, out StatusCode status) => fault with { Status = status },
            _ => throw new FormatException($"'{kind}' is no kind of fault; {Help}"),
        };
    }
}
