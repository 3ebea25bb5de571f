using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>What is wrong with a cluster, under Ceph's codes.</summary>
internal sealed record ClusterHealth(IReadOnlyList<ClusterHealth.Check> Checks)
{
    // Ceph's defaults of mon_osd_nearfull_ratio and mon_osd_full_ratio.
    private const double NearFullRatio = 0.85;
    private const double FullRatio = 0.95;

    public string Status => Checks.Count == 0 ? "HEALTH_OK" : Checks.Any(check => check.IsError) ? "HEALTH_ERR" : "HEALTH_WARN";

    public static ClusterHealth Of(StoreReport report, MonMap map) =>
        new([.. MonitorsDown(map), .. NodesDown(report), .. Fullness(report), .. QuotasReached(report)]);

    public void Write(Utf8JsonWriter json, bool withDetail) => json.Object(() =>
    {
        json.WriteString("status", Status);
        json.WritePropertyName("checks");
        json.Object(() =>
        {
            foreach (Check check in Checks)
                json.Object(check.Code, () => check.Write(json, withDetail));
        });
        json.EmptyArray("mutes");
    });

    public string ToPlainText(bool withDetail)
    {
        string first = Checks.Count == 0 ? Status : $"{Status} {string.Join("; ", Checks.Select(check => check.Message))}";
        IEnumerable<string> rest = withDetail
            ? Checks.SelectMany(check => check.Details.Select(detail => $"    {detail}").Prepend($"[{(check.IsError ? "ERR" : "WRN")}] {check.Code}: {check.Message}"))
            : [];
        return string.Concat(rest.Prepend(first).Select(line => line + "\n"));
    }

    private static IEnumerable<Check> MonitorsDown(MonMap map)
    {
        List<string> down = [.. map.Members.Where(member => !member.IsUp).Select(member => $"mon.{member.Name} ({member.Address}) is down (out of quorum)")];
        if (down.Count > 0)
        {
            string quorum = string.Join(',', map.Quorum.Select(member => member.Name));
            yield return new Check("MON_DOWN", IsError: false, $"{down.Count}/{map.Members.Count} mons down, quorum {quorum}", down);
        }
    }

    private static IEnumerable<Check> NodesDown(StoreReport report)
    {
        List<string> down = [.. report.Status.Nodes.Where(node => !node.IsUp).Select(node => $"osd.{node.Id} ({node.Address}) is down")];
        if (down.Count > 0)
            yield return new Check("OSD_DOWN", IsError: false, $"{down.Count} osds down", down);
    }

    private static IEnumerable<Check> Fullness(StoreReport report)
    {
        // As df counts: what a file system reserves is neither used nor available.
        ulong capacity = report.Status.UsedBytes + report.Status.AvailableBytes;
        double used = capacity == 0 ? 0 : (double)report.Status.UsedBytes / capacity;
        if (used >= FullRatio)
            yield return new Check("OSD_FULL", IsError: true, $"{report.Status.Nodes.Count} full osd(s)", [$"{used:P0} of the store are used"]);
        else if (used >= NearFullRatio)
            yield return new Check("OSD_NEARFULL", IsError: false, $"{report.Status.Nodes.Count} nearfull osd(s)", [$"{used:P0} of the store are used"]);
    }

    private static IEnumerable<Check> QuotasReached(StoreReport report)
    {
        List<string> full =
        [
            .. report.Pools
                .Where(pool => IsReached(pool.Pool.QuotaMaxBytes, pool.Stat.StoredBytes) || IsReached(pool.Pool.QuotaMaxObjects, pool.Stat.ObjectCount))
                .Select(pool => $"pool '{pool.Pool.Name}' is full (running out of quota)"),
        ];
        if (full.Count > 0)
            yield return new Check("POOL_FULL", IsError: false, $"{full.Count} pool(s) full", full);
    }

    private static bool IsReached(ulong quota, ulong value) => quota > 0 && value >= quota;

    internal sealed record Check(string Code, bool IsError, string Message, IReadOnlyList<string> Details)
    {
        public void Write(Utf8JsonWriter json, bool withDetail)
        {
            json.WriteString("severity", IsError ? "HEALTH_ERR" : "HEALTH_WARN");
            json.Object("summary", () =>
            {
                json.WriteString("message", Message);
                json.WriteNumber("count", Details.Count);
            });
            if (withDetail)
                json.Array("detail", Details, detail => json.Object(() => json.WriteString("message", detail)));
            json.WriteBoolean("muted", false);
        }
    }
}
