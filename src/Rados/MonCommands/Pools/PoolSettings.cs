using System.Globalization;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// A pool's values as Ceph names them. What the store decides (replicas, placement) is told, not kept; pg_num and the flags are kept
/// as somebody set them, and but for nodelete change nothing.
/// </summary>
internal static class PoolSettings
{
    /// <summary>The values of "osd pool get", in the order of "all".</summary>
    public static readonly string[] Names =
    [
        "size", "min_size", "pg_num", "pgp_num", "crush_rule", "hashpspool", "nodelete", "nopgchange", "nosizechange",
        "write_fadvise_dontneed", "noscrub", "nodeep-scrub", "use_gmt_hitset", "fast_read", "pg_autoscale_mode",
    ];

    private static readonly string[] s_flags =
        ["nodelete", "nopgchange", "nosizechange", "write_fadvise_dontneed", "noscrub", "nodeep-scrub"];

    private static readonly string[] s_autoscaleModes = ["on", "off", "warn"];

    public static string PgNum(Pool pool) => pool.Settings.GetValueOrDefault("pg_num", "32");

    /// <returns>null: there is no such value.</returns>
    public static string? Get(Pool pool, string name, int replicas) => name switch
    {
        "size" => replicas.ToString(CultureInfo.InvariantCulture),
        "min_size" => MinSize(replicas).ToString(CultureInfo.InvariantCulture),
        "pg_num" => PgNum(pool),
        "pgp_num" => pool.Settings.GetValueOrDefault("pgp_num", PgNum(pool)),
        "crush_rule" => OsdCommands.CrushRule,
        "hashpspool" or "use_gmt_hitset" => "true",
        "fast_read" => "0",
        "pg_autoscale_mode" => pool.Settings.GetValueOrDefault(name, "off"),
        _ when s_flags.Contains(name) => IsSet(pool, name) ? "true" : "false",
        _ => null,
    };

    /// <exception cref="StorageException">EINVAL: not a value of it, or one that the store does not have.</exception>
    public static Pool Set(Pool pool, string name, string value, int replicas)
    {
        switch (name)
        {
            case "size" or "min_size" or "crush_rule" or "hashpspool" or "use_gmt_hitset" or "fast_read":
                // Asking for what is there already is fine: scripts do it.
                if (Normalize(value) == Normalize(Get(pool, name, replicas)!))
                    return pool;
                throw new StorageException(Errno.EINVAL, $"the store decides {name}: it is {Get(pool, name, replicas)}");
            case "pg_num" or "pgp_num":
                if (!uint.TryParse(value, NumberStyles.None, null, out uint number) || number == 0)
                    throw new StorageException(Errno.EINVAL, $"specified {name} '{value}' is not a number above 0");
                break;
            case "pg_autoscale_mode":
                if (!s_autoscaleModes.Contains(value))
                    throw new StorageException(Errno.EINVAL, $"specified invalid mode {value}");
                break;
            default:
                if (!s_flags.Contains(name))
                    throw new StorageException(Errno.EINVAL, $"unrecognized variable '{name}'");
                value = Normalize(value) is "1" or "0"
                    ? Normalize(value)
                    : throw new StorageException(Errno.EINVAL, $"expecting value 'true', 'false', '0', or '1', not '{value}'");
                break;
        }

        return pool with { Settings = pool.Settings.SetItem(name, value) };
    }

    public static bool IsNumber(string name) => name is "size" or "min_size" or "pg_num" or "pgp_num" or "fast_read";

    public static bool IsFlag(string name) => s_flags.Contains(name) || name is "hashpspool" or "use_gmt_hitset";

    /// <summary>The line of "osd pool ls detail" and "osd dump".</summary>
    public static string Describe(Pool pool, int replicas)
    {
        string quotas = (pool.QuotaMaxBytes > 0 ? $" max_bytes {pool.QuotaMaxBytes}" : "")
            + (pool.QuotaMaxObjects > 0 ? $" max_objects {pool.QuotaMaxObjects}" : "");
        string applications = pool.Applications.IsEmpty ? "" : $" application {string.Join(',', pool.Applications.Keys)}";
        return $"pool {pool.Id} '{pool.Name}' replicated size {replicas} min_size {MinSize(replicas)} crush_rule 0 object_hash rjenkins "
            + $"pg_num {PgNum(pool)} pgp_num {Get(pool, "pgp_num", replicas)} autoscale_mode {Get(pool, "pg_autoscale_mode", replicas)} "
            + $"last_change {OsdCommands.Epoch} flags {FlagNames(pool)}{quotas} stripe_width 0{applications}";
    }

    public static void Write(Utf8JsonWriter json, Pool pool, int replicas) => json.Object(() =>
    {
        json.WriteNumber("pool_id", pool.Id);
        json.WriteString("pool_name", pool.Name.ToString());
        json.Time("create_time", pool.Created);
        json.WriteNumber("flags", 1);
        json.WriteString("flags_names", FlagNames(pool));
        json.WriteNumber("type", 1);
        json.WriteNumber("size", replicas);
        json.WriteNumber("min_size", MinSize(replicas));
        json.WriteNumber("crush_rule", 0);
        json.WriteNumber("object_hash", 2);
        json.WriteString("pg_autoscale_mode", Get(pool, "pg_autoscale_mode", replicas));
        json.WriteNumber("pg_num", ulong.Parse(PgNum(pool)));
        json.WriteNumber("pg_placement_num", ulong.Parse(Get(pool, "pgp_num", replicas)!));
        json.WriteString("last_change", $"{OsdCommands.Epoch}");
        json.WriteNumber("auid", 0);
        json.WriteString("snap_mode", "selfmanaged");
        json.WriteNumber("snap_seq", 0);
        json.WriteNumber("snap_epoch", 0);
        json.EmptyArray("pool_snaps");
        json.WriteString("removed_snaps", "[]");
        json.WriteNumber("quota_max_bytes", pool.QuotaMaxBytes);
        json.WriteNumber("quota_max_objects", pool.QuotaMaxObjects);
        json.EmptyArray("tiers");
        json.WriteNumber("tier_of", -1);
        json.WriteNumber("read_tier", -1);
        json.WriteNumber("write_tier", -1);
        json.WriteString("cache_mode", "none");
        json.WriteString("erasure_code_profile", "");
        json.EmptyObject("options");
        json.WritePropertyName("application_metadata");
        PoolApplicationCommands.Write(json, pool);
    });

    private static string Normalize(string value) => value switch
    {
        "true" or "1" => "1",
        "false" or "0" => "0",
        _ => value,
    };

    private static bool IsSet(Pool pool, string flag) => pool.Settings.GetValueOrDefault(flag) == "1";

    private static int MinSize(int replicas) => replicas - (replicas / 2);

    private static string FlagNames(Pool pool) => string.Join(',', s_flags.Where(flag => IsSet(pool, flag)).Prepend("hashpspool"));
}
