using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd lspools, osd pool ls, osd pool stats.</summary>
internal static class PoolListCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd lspools", "list pools", "r", ListWithIdsAsync),
        new("osd pool ls name=detail,type=CephChoices,strings=detail,req=false", "list pools", "r", ListAsync),
        new("osd pool stats name=pool_name,type=CephPoolname,req=false", "obtain stats from all pools, or from specified pool", "r", StatsAsync),
    ];

    private static async Task<CommandResult> ListWithIdsAsync(CommandCall call)
    {
        IReadOnlyList<Pool> pools = await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => string.Concat(pools.Select(pool => $"{pool.Id} {pool.Name}\n")),
            json => json.Array(pools, pool => json.Object(() =>
            {
                json.WriteNumber("poolnum", pool.Id);
                json.WriteString("poolname", pool.Name.ToString());
            })));
    }

    private static async Task<CommandResult> ListAsync(CommandCall call)
    {
        IReadOnlyList<Pool> pools = await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false);
        if (call.TextOrNull("detail") is not "detail")
        {
            return CommandResult.Of(
                call,
                () => string.Concat(pools.Select(pool => $"{pool.Name}\n")),
                json => json.Array(pools, pool => json.WriteStringValue(pool.Name.ToString())));
        }

        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => string.Concat(pools.Select(pool => PoolSettings.Describe(pool, status.Replicas) + "\n")) + "\n",
            json => json.Array(pools, pool => PoolSettings.Write(json, pool, status.Replicas)));
    }

    // Nobody counts requests, so there are no rates: as Ceph says of an idle pool.
    private static async Task<CommandResult> StatsAsync(CommandCall call)
    {
        IReadOnlyList<Pool> pools = call.TextOrNull("pool_name") is { Length: > 0 } name
            ? [await call.RequirePoolAsync(name).ConfigureAwait(false)]
            : await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => pools.Count == 0 ? "there are no pools!\n" : Plain(pools),
            json => json.Array(pools, pool => json.Object(() =>
            {
                json.WriteString("pool_name", pool.Name.ToString());
                json.WriteNumber("pool_id", pool.Id);
                json.EmptyObject("recovery");
                json.EmptyObject("recovery_rate");
                json.EmptyObject("client_io_rate");
            })));
    }

    private static string Plain(IReadOnlyList<Pool> pools)
    {
        var text = new StringBuilder();
        foreach (Pool pool in pools)
            text.Append($"pool {pool.Name} id {pool.Id}\n  nothing is going on\n\n");
        return text.ToString();
    }
}
