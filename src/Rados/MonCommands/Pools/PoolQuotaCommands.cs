using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd pool get-quota, osd pool set-quota.</summary>
internal static class PoolQuotaCommands
{
    private static readonly Option s_bytes = new("max_bytes", OptionType.Size, "0");
    private static readonly Option s_objects = new("max_objects", OptionType.UInt, "0");

    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd pool get-quota name=pool,type=CephPoolname", "obtain object or byte limits for pool", "r", GetAsync),
        new(
            "osd pool set-quota name=pool,type=CephPoolname name=field,type=CephChoices,strings=max_objects|max_bytes name=val,type=CephString",
            "set object or byte limit on pool",
            "rw",
            SetAsync),
    ];

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        Pool pool = await call.RequirePoolAsync().ConfigureAwait(false);
        PoolStat stat = await call.Cluster.Pools.GetStatAsync(pool, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(call, () => Plain(pool, stat), json => json.Object(() =>
        {
            json.WriteString("pool_name", pool.Name.ToString());
            json.WriteNumber("pool_id", pool.Id);
            json.WriteNumber("quota_max_objects", pool.QuotaMaxObjects);
            json.WriteNumber("current_num_objects", stat.ObjectCount);
            json.WriteNumber("quota_max_bytes", pool.QuotaMaxBytes);
            json.WriteNumber("current_num_bytes", stat.StoredBytes);
        }));
    }

    private static string Plain(Pool pool, PoolStat stat)
    {
        string objects = pool.QuotaMaxObjects == 0 ? "N/A" : $"{pool.QuotaMaxObjects} objects  (current num objects: {stat.ObjectCount} objects)";
        string bytes = pool.QuotaMaxBytes == 0 ? "N/A" : $"{ByteCount.ToText(pool.QuotaMaxBytes)}  (current num bytes: {stat.StoredBytes} bytes)";
        return $"quotas for pool '{pool.Name}':\n  max objects: {objects}\n  max bytes  : {bytes}\n";
    }

    private static async Task<CommandResult> SetAsync(CommandCall call)
    {
        Pool pool = await call.RequirePoolAsync().ConfigureAwait(false);
        string field = call.Text("field");
        ulong value = Parse(field == "max_bytes" ? s_bytes : s_objects, call.Text("val"));
        await call.Cluster.Pools.UpdateAsync(pool.Name, current => With(current, field, value), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say($"set-quota {field} = {value} for pool {pool.Name}");
    }

    private static Pool With(Pool pool, string field, ulong value) => field switch
    {
        "max_bytes" => pool with { QuotaMaxBytes = value },
        "max_objects" => pool with { QuotaMaxObjects = value },
        _ => throw new StorageException(Errno.EINVAL, $"unrecognized option '{field}'"),
    };

    private static ulong Parse(Option kind, string value)
    {
        try
        {
            return ulong.Parse(OptionValue.Canonical(kind, value));
        }
        catch (FormatException error)
        {
            throw new StorageException(Errno.EINVAL, $"error parsing value '{value}': {error.Message}", error);
        }
    }
}
