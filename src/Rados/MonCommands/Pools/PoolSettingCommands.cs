using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd pool get, osd pool set.</summary>
internal static class PoolSettingCommands
{
    private static readonly string s_choices = string.Join('|', PoolSettings.Names);

    public static IEnumerable<MonCommand> Commands =>
    [
        new($"osd pool get name=pool,type=CephPoolname name=var,type=CephChoices,strings={s_choices}|all", "get pool parameter <var>", "r", GetAsync),
        new(
            $"osd pool set name=pool,type=CephPoolname name=var,type=CephChoices,strings={s_choices} name=val,type=CephString "
            + "name=yes_i_really_mean_it,type=CephBool,req=false",
            "set pool parameter <var> to <val>",
            "rw",
            SetAsync),
    ];

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        Pool pool = await call.RequirePoolAsync().ConfigureAwait(false);
        string name = call.Text("var");
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        string[] names = name == "all" ? PoolSettings.Names : [name];
        if (PoolSettings.Get(pool, names[0], status.Replicas) is null)
            throw new StorageException(Errno.EINVAL, $"invalid variable: '{name}'");

        return CommandResult.Of(
            call,
            () => string.Concat(names.Select(each => $"{each}: {PoolSettings.Get(pool, each, status.Replicas)}\n")),
            json => json.Object(() =>
            {
                json.WriteString("pool", pool.Name.ToString());
                json.WriteNumber("pool_id", pool.Id);
                foreach (string each in names)
                    Write(json, each, PoolSettings.Get(pool, each, status.Replicas)!);
            }));
    }

    private static void Write(Utf8JsonWriter json, string name, string value)
    {
        if (PoolSettings.IsNumber(name))
            json.WriteNumber(name, long.Parse(value));
        else if (PoolSettings.IsFlag(name))
            json.WriteBoolean(name, value == "true");
        else
            json.WriteString(name, value);
    }

    private static async Task<CommandResult> SetAsync(CommandCall call)
    {
        Pool pool = await call.RequirePoolAsync().ConfigureAwait(false);
        string name = call.Text("var");
        string value = call.Text("val");
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        await call.Cluster.Pools.UpdateAsync(
            pool.Name, current => PoolSettings.Set(current, name, value, status.Replicas), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say($"set pool {pool.Id} {name} to {value}");
    }
}
