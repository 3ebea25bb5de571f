using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd check</c></summary>
internal sealed class CheckCommand : Command
{
    private static readonly Switch s_repair = new("repair", "put right what can be without losing data");

    private static readonly Switch s_cluster = new("cluster", "look at configuration, MDS, chunkservers, etcd and nebd instead");

    public override string Name => "check";

    public override string Summary => "Look whether records and volumes fit together, of one image, one pool or all pools.";

    public override IReadOnlyList<Option> Options { get; } = [s_repair, s_cluster, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } =
        [new("pool-spec", "pool, or [pool/[namespace/]]image with a slash; all pools unless given")];

    public override async Task RunAsync(CommandSession session)
    {
        if (session.Arguments.Has(s_cluster))
        {
            await ClusterCheck.RunAsync(session).ConfigureAwait(false);
            return;
        }

        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        bool repair = session.Arguments.Has(s_repair);
        IReadOnlyList<CheckFinding> findings = await CheckAsync(session, repair).ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(findings, repair) : ToDocument(findings, repair, document));
        if (findings.Any(IsWrong))
            throw new CommandException(1, null);
    }

    // What goes on by itself is no reason to fail.
    private static bool IsWrong(CheckFinding finding) => finding.Severity != CheckSeverity.Pending && !finding.IsRepaired;

    private static async Task<IReadOnlyList<CheckFinding>> CheckAsync(CommandSession session, bool repair)
    {
        string? spec = session.Arguments.NextWord();
        if (spec?.Contains('/', StringComparison.Ordinal) == true)
        {
            ImagePath path = ImagePath.Empty.WithSpec(spec, SpecRule.Existing);
            IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
            return await PoolConsistency.CheckAsync(io, NativeText.ToName(path.Image), repair, session.Interrupted)
                .FailingAs($"error checking image {path.Image}").ConfigureAwait(false);
        }

        var findings = new List<CheckFinding>();
        foreach (IoContext io in await OpenPoolsAsync(session, spec).ConfigureAwait(false))
            findings.AddRange(await PoolConsistency.CheckAsync(io, repair, session.Interrupted).ConfigureAwait(false));
        return findings;
    }

    private static async Task<IReadOnlyList<IoContext>> OpenPoolsAsync(CommandSession session, string? name)
    {
        if (name is not null)
            return [await session.OpenPoolAsync(ImagePath.Empty with { Pool = name }).ConfigureAwait(false)];

        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        var pools = new List<IoContext>();
        foreach (Pool pool in await cluster.Pools.ListAsync(session.Interrupted).ConfigureAwait(false))
            pools.Add(await cluster.OpenIoContextAsync(pool.Id, session.Interrupted).ConfigureAwait(false));
        return pools;
    }

    private static string ToText(IReadOnlyList<CheckFinding> findings, bool repaired)
    {
        if (findings.Count == 0)
            return "Records and volumes fit together.\n";
        return string.Concat(findings.Select(ToText)) + Summarize(findings, repaired);
    }

    private static string ToText(CheckFinding finding)
    {
        string volume = finding.Volume is null || finding.Volume == finding.Subject ? "" : $", volume {finding.Volume}";
        string outcome = finding.IsRepaired ? " REPAIRED." : "";
        return $"{finding.Subject}: {WordOf(finding.Severity)} ({finding.Kind}){volume}\n    {finding.Explanation}{outcome}\n";
    }

    private static string Summarize(IReadOnlyList<CheckFinding> findings, bool repaired)
    {
        int pending = findings.Count(finding => finding.Severity == CheckSeverity.Pending && !finding.IsRepaired);
        int fixedCount = findings.Count(finding => finding.IsRepaired);
        int wrong = findings.Count(IsWrong);
        string hint = !repaired && findings.Any(finding => finding.IsRepairable) ? " 'curverbd check --repair' puts right what can be." : "";
        return $"{wrong} wrong, {pending} pending, {fixedCount} repaired.{hint}\n";
    }

    private static string ToDocument(IReadOnlyList<CheckFinding> findings, bool repaired, DocumentWriter document)
    {
        document.OpenObject("check");
        document.OpenArray("findings");
        foreach (CheckFinding finding in findings)
            Write(document, finding);
        document.Close();
        document.Number("wrong", (long)findings.Count(IsWrong));
        document.Literal("repair", repaired ? "true" : "false");
        document.Close();
        return document.ToString();
    }

    private static void Write(DocumentWriter document, CheckFinding finding)
    {
        document.OpenObject("finding");
        document.String("subject", finding.Subject);
        document.String("kind", finding.Kind);
        document.String("severity", WordOf(finding.Severity));
        document.String("image_id", finding.ImageId ?? "");
        document.String("volume", finding.Volume ?? "");
        document.String("explanation", finding.Explanation);
        document.Literal("repairable", finding.IsRepairable ? "true" : "false");
        document.Literal("repaired", finding.IsRepaired ? "true" : "false");
        document.Close();
    }

    private static string WordOf(CheckSeverity severity) => severity switch
    {
        CheckSeverity.Pending => "pending",
        CheckSeverity.Leftover => "leftover",
        _ => "damage",
    };
}
