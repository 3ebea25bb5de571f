using System.Globalization;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>df: capacity of the store and use of the pools, all before replication.</summary>
internal static class DfCommand
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("df name=detail,type=CephChoices,strings=detail,req=false", "show cluster free space stats", "r", RunAsync),
    ];

    private static async Task<CommandResult> RunAsync(CommandCall call)
    {
        StoreReport report = await StoreReport.ReadAsync(call).ConfigureAwait(false);
        string deviceClass = call.Cluster.Settings.Store.Kind;
        bool withDetail = call.TextOrNull("detail") is "detail";
        return CommandResult.Of(
            call, () => Plain(report, deviceClass, withDetail), json => Write(json, report, deviceClass, withDetail));
    }

    private static void Write(Utf8JsonWriter json, StoreReport report, string deviceClass, bool withDetail) => json.Object(() =>
    {
        json.Object("stats", () =>
        {
            WriteCapacity(json, report.Status);
            json.WriteNumber("num_osds", report.Status.Nodes.Count);
            json.WriteNumber("num_per_pool_osds", report.Status.Nodes.Count);
            json.WriteNumber("num_per_pool_omap_osds", report.Status.Nodes.Count);
        });
        json.Object("stats_by_class", () => json.Object(deviceClass, () => WriteCapacity(json, report.Status)));
        json.Array("pools", report.Pools, pool => WritePool(json, pool, withDetail));
    });

    private static void WriteCapacity(Utf8JsonWriter json, StoreStatus status)
    {
        json.WriteNumber("total_bytes", status.TotalBytes);
        json.WriteNumber("total_avail_bytes", status.AvailableBytes);
        json.WriteNumber("total_used_bytes", status.UsedBytes);
        json.WriteNumber("total_used_raw_bytes", status.UsedBytes);
        json.WriteNumber("total_used_raw_ratio", UsedRatio(status));
    }

    private static double UsedRatio(StoreStatus status) =>
        status.TotalBytes == 0 ? 0 : (double)status.UsedBytes / status.TotalBytes;

    private static void WritePool(Utf8JsonWriter json, StoreReport.PoolReport pool, bool withDetail) => json.Object(() =>
    {
        json.WriteString("name", pool.Pool.Name.ToString());
        json.WriteNumber("id", pool.Pool.Id);
        json.Object("stats", () =>
        {
            ulong stored = pool.Stat.StoredBytes;
            json.WriteNumber("stored", stored);
            if (withDetail)
                WriteNumbers(json, ("stored_data", stored), ("stored_omap", 0));
            json.WriteNumber("objects", pool.Stat.ObjectCount);
            json.WriteNumber("kb_used", (stored + 1023) / 1024);
            json.WriteNumber("bytes_used", stored);
            if (withDetail)
                WriteNumbers(json, ("data_bytes_used", stored), ("omap_bytes_used", 0));
            json.WriteNumber("percent_used", pool.UsedRatio);
            json.WriteNumber("max_avail", pool.MaxAvailable);
            if (withDetail)
                WriteDetail(json, pool);
        });
    });

    // What nobody counts is zero: requests are not, compression does not exist.
    private static void WriteDetail(Utf8JsonWriter json, StoreReport.PoolReport pool) => WriteNumbers(
        json,
        ("quota_objects", pool.Pool.QuotaMaxObjects),
        ("quota_bytes", pool.Pool.QuotaMaxBytes),
        ("dirty", 0),
        ("rd", 0),
        ("rd_bytes", 0),
        ("wr", 0),
        ("wr_bytes", 0),
        ("compress_bytes_used", 0),
        ("compress_under_bytes", 0),
        ("stored_raw", pool.Stat.StoredBytes),
        ("avail_raw", pool.MaxAvailable));

    private static void WriteNumbers(Utf8JsonWriter json, params (string Name, ulong Value)[] numbers)
    {
        foreach ((string name, ulong value) in numbers)
            json.WriteNumber(name, value);
    }

    private static string Plain(StoreReport report, string deviceClass, bool withDetail)
    {
        var raw = new PlainTable(
            new("CLASS", IsLeftAligned: true), new("SIZE"), new("AVAIL"), new("USED"), new("RAW USED"), new("%RAW USED"));
        foreach (string name in new[] { deviceClass, "TOTAL" })
            raw.Add(name, [.. RawCells(report.Status)]);
        return $"--- RAW STORAGE ---\n{raw} \n--- POOLS ---\n{PoolTable(report, withDetail)}";
    }

    private static void Add(this PlainTable table, string first, string[] rest) => table.Add([first, .. rest]);

    private static string[] RawCells(StoreStatus status) =>
    [
        ByteCount.ToText(status.TotalBytes), ByteCount.ToText(status.AvailableBytes), ByteCount.ToText(status.UsedBytes),
        ByteCount.ToText(status.UsedBytes), Percent(UsedRatio(status)),
    ];

    private static PlainTable PoolTable(StoreReport report, bool withDetail)
    {
        PlainTable.Column[] quotas = withDetail ? [new("QUOTA OBJECTS"), new("QUOTA BYTES")] : [];
        var table = new PlainTable(
        [
            new("POOL", IsLeftAligned: true), new("ID"), new("PGS"), new("STORED"), new("OBJECTS"), new("USED"), new("%USED"), new("MAX AVAIL"),
            .. quotas,
        ]);
        foreach (StoreReport.PoolReport pool in report.Pools)
            table.Add([.. PoolCells(pool), .. withDetail ? QuotaCells(pool.Pool) : []]);
        return table;
    }

    private static string[] PoolCells(StoreReport.PoolReport pool) =>
    [
        pool.Pool.Name.ToString(), pool.Pool.Id.ToString(), PoolSettings.PgNum(pool.Pool), ByteCount.ToText(pool.Stat.StoredBytes),
        pool.Stat.ObjectCount.ToString(), ByteCount.ToText(pool.Stat.StoredBytes), Percent(pool.UsedRatio), ByteCount.ToText(pool.MaxAvailable),
    ];

    private static string[] QuotaCells(Pool pool) =>
    [
        pool.QuotaMaxObjects == 0 ? "N/A" : pool.QuotaMaxObjects.ToString(),
        pool.QuotaMaxBytes == 0 ? "N/A" : ByteCount.ToText(pool.QuotaMaxBytes),
    ];

    // Ceph prints a bare 0 when there is nothing at all.
    private static string Percent(double ratio) =>
        ratio == 0 ? "0" : (ratio * 100).ToString("F2", CultureInfo.InvariantCulture);
}
