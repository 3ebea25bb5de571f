using System.Collections.Immutable;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd pool application ...: what a pool is used for.</summary>
internal static class PoolApplicationCommands
{
    private const string PoolAndApplication = "name=pool,type=CephPoolname name=app,type=CephString,goodchars=[A-Za-z0-9-_.]";
    private const string Confirmation = "name=yes_i_really_mean_it,type=CephBool,req=false";

    public static IEnumerable<MonCommand> Commands =>
    [
        new($"osd pool application enable {PoolAndApplication} {Confirmation}", "enable use of an application <app> [cephfs,rbd,rgw] on pool <poolname>", "rw", EnableAsync),
        new($"osd pool application disable {PoolAndApplication} {Confirmation}", "disables use of an application <app> on pool <poolname>", "rw", DisableAsync),
        new($"osd pool application set {PoolAndApplication} name=key,type=CephString name=value,type=CephString", "sets application <app> metadata key <key> to <value> on pool <poolname>", "rw", SetAsync),
        new($"osd pool application rm {PoolAndApplication} name=key,type=CephString", "removes application <app> metadata key <key> on pool <poolname>", "rw", RemoveAsync),
        new("osd pool application get name=pool,type=CephPoolname,req=false name=app,type=CephString,req=false name=key,type=CephString,req=false", "get value of key <key> of application <app> on pool <poolname>", "r", GetAsync),
    ];

    public static void Write(Utf8JsonWriter json, Pool pool) => json.Object(() =>
    {
        foreach ((string application, ImmutableSortedDictionary<string, string> metadata) in pool.Applications)
            json.Object(application, () => WriteMetadata(json, metadata));
    });

    private static void WriteMetadata(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> metadata)
    {
        foreach ((string key, string value) in metadata)
            json.WriteString(key, value);
    }

    private static Task<CommandResult> EnableAsync(CommandCall call)
    {
        string application = call.Text("app");
        return UpdateAsync(
            call,
            pool => pool.WithApplication(application, call.Flag("yes_i_really_mean_it") || call.Flag("force")),
            $"enabled application '{application}' on pool '{call.Text("pool")}'");
    }

    private static Task<CommandResult> DisableAsync(CommandCall call)
    {
        string application = call.Text("app");
        if (!call.Flag("yes_i_really_mean_it") && !call.Flag("force"))
        {
            throw new StorageException(
                Errno.EPERM,
                $"Are you SURE? Disabling an application within a pool might result in loss of application functionality; pass --yes-i-really-mean-it to proceed anyway");
        }

        return UpdateAsync(
            call,
            pool => pool with { Applications = pool.Applications.Remove(application) },
            $"disable application '{application}' on pool '{call.Text("pool")}'");
    }

    private static Task<CommandResult> SetAsync(CommandCall call)
    {
        (string application, string key, string value) = (call.Text("app"), call.Text("key"), call.Text("value"));
        return UpdateAsync(
            call,
            pool => WithMetadata(pool, application, metadata => metadata.SetItem(key, value)),
            $"set application '{application}' key '{key}' to '{value}' on pool '{call.Text("pool")}'");
    }

    private static Task<CommandResult> RemoveAsync(CommandCall call)
    {
        (string application, string key) = (call.Text("app"), call.Text("key"));
        return UpdateAsync(
            call,
            pool => WithMetadata(pool, application, metadata => metadata.Remove(key)),
            $"removed application '{application}' key '{key}' on pool '{call.Text("pool")}'");
    }

    private static Pool WithMetadata(
        Pool pool, string application, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change) =>
        pool with { Applications = pool.Applications.SetItem(application, change(Metadata(pool, application))) };

    private static ImmutableSortedDictionary<string, string> Metadata(Pool pool, string application) =>
        pool.Applications.GetValueOrDefault(application)
        ?? throw new StorageException(Errno.ENOENT, $"application '{application}' is not enabled on pool '{pool.Name}'");

    private static async Task<CommandResult> UpdateAsync(CommandCall call, Func<Pool, Pool> change, string status)
    {
        await call.Cluster.Pools.UpdateAsync(call.Text("pool"), change, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say(status);
    }

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        if (call.TextOrNull("pool") is not { Length: > 0 } name)
        {
            IReadOnlyList<Pool> pools = await call.Cluster.Pools.ListAsync(call.CancellationToken).ConfigureAwait(false);
            return CommandResult.Json(call, json => json.Object(() => WriteAll(json, pools)));
        }

        Pool pool = await call.RequirePoolAsync(name).ConfigureAwait(false);
        if (call.TextOrNull("app") is not { Length: > 0 } application)
            return CommandResult.Json(call, json => Write(json, pool));

        ImmutableSortedDictionary<string, string> metadata = pool.Applications.GetValueOrDefault(application)
            ?? throw new StorageException(Errno.ENOENT, $"pool '{name}' has no application '{application}'");
        if (call.TextOrNull("key") is not { Length: > 0 } key)
            return CommandResult.Json(call, json => json.Object(() => WriteMetadata(json, metadata)));

        string value = metadata.GetValueOrDefault(key)
            ?? throw new StorageException(Errno.ENOENT, $"application '{application}' on pool '{name}' does not have key '{key}'");
        return CommandResult.Of(call, () => value + "\n", json => json.WriteStringValue(value));
    }

    private static void WriteAll(Utf8JsonWriter json, IReadOnlyList<Pool> pools)
    {
        foreach (Pool pool in pools)
        {
            json.WritePropertyName(pool.Name.ToString());
            Write(json, pool);
        }
    }
}
