using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// The cluster's monitors as clients are to know them: the addresses of its section of the host file, so that a client that is
/// given them finds the same section.
/// </summary>
internal sealed record MonMap(string Fsid, DateTimeOffset Created, IReadOnlyList<MonMap.Member> Members)
{
    /// <summary>Monitors here are configuration and have no history.</summary>
    public const int Epoch = 1;

    private const int DefaultPort = 6789;

    // Where Ceph's monitors speak the second version of its protocol; clients tell the two apart by the port.
    private const int Version2Port = 3300;

    public IEnumerable<Member> Quorum => Members.Where(member => member.IsUp);

    public static MonMap Create(ClusterSettings settings, StoreStatus status) => new(
        status.Fsid,
        status.Created,
        [.. settings.Monitors.Select((address, rank) => Member.Create(address, rank, status.Monitors))]);

    public void Write(Utf8JsonWriter json) => json.Object(() =>
    {
        WriteContent(json);
        json.Array("quorum", Quorum, member => json.WriteNumberValue(member.Rank));
    });

    public void WriteContent(Utf8JsonWriter json)
    {
        json.WriteNumber("epoch", Epoch);
        json.WriteString("fsid", Fsid);
        json.Time("modified", Created);
        json.Time("created", Created);
        json.WriteNumber("min_mon_release", CephRelease.Number);
        json.WriteString("min_mon_release_name", CephRelease.Name);
        json.WriteNumber("election_strategy", 1);
        json.WriteString("disallowed_leaders: ", "");
        json.WriteBoolean("stretch_mode", false);
        json.WriteString("tiebreaker_mon", "");
        json.Object("features", () =>
        {
            json.EmptyArray("persistent");
            json.EmptyArray("optional");
        });
        json.Array("mons", Members, member => member.Write(json));
    }

    public string ToPlainText() =>
        $"epoch {Epoch}\nfsid {Fsid}\nlast_changed {Created.ToPlainText()}\ncreated {Created.ToPlainText()}\n"
        + $"min_mon_release {CephRelease.Number} ({CephRelease.Name})\nelection_strategy: 1\n"
        + string.Concat(Members.Select(member => $"{member.Rank}: {member.Type}:{member.Address}/0 mon.{member.Name}\n"));

    internal sealed record Member(int Rank, string Name, string Type, string Address, bool IsUp, bool IsLeader)
    {
        public static Member Create(MonitorAddress address, int rank, IReadOnlyList<StoreMonitor> known)
        {
            MonitorAddress complete = address.Port == 0 ? address with { Port = DefaultPort } : address;
            StoreMonitor? monitor = known.FirstOrDefault(
                candidate => MonitorAddress.ParseList(candidate.Address).Contains(complete));
            return new Member(
                rank,
                monitor?.Name ?? Letter(rank),
                complete.Port == Version2Port ? "v2" : "v1",
                complete.ToString(),
                monitor?.IsUp ?? true,
                monitor?.IsLeader ?? rank == 0);
        }

        public void Write(Utf8JsonWriter json) => json.Object(() =>
        {
            json.WriteNumber("rank", Rank);
            json.WriteString("name", Name);
            json.Object("public_addrs", () => json.Array("addrvec", [this], member => json.Object(() =>
            {
                json.WriteString("type", member.Type);
                json.WriteString("addr", member.Address);
                json.WriteNumber("nonce", 0);
            })));
            json.WriteString("addr", $"{Address}/0");
            json.WriteString("public_addr", $"{Address}/0");
            json.WriteNumber("priority", 0);
            json.WriteNumber("weight", 0);
            json.WriteString("crush_location", "{}");
        });

        // a, b, ... as Ceph's own documentation names monitors.
        private static string Letter(int rank) => rank < 26 ? ((char)('a' + rank)).ToString() : $"m{rank}";
    }
}
