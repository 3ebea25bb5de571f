using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd check</c></summary>
internal sealed class CheckCommand : Command
{
    private static readonly Switch s_repair = new("repair", "finish or undo what was left unfinished");

    public override string Name => "check";

    public override string Summary => "Look for operations that were left unfinished, in one pool or in all.";

    public override IReadOnlyList<Option> Options { get; } = [s_repair, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [new("pool-name", "pool; all pools unless given")];

    public override async Task RunAsync(CommandSession session)
    {
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        bool repair = session.Arguments.Has(s_repair);
        var findings = new List<Finding>();
        foreach (IoContext io in await OpenPoolsAsync(session).ConfigureAwait(false))
        {
            string pool = NativeText.FromName(io.Pool.Name);
            foreach (UnfinishedOperation operation in await ImageDirectory.CheckAsync(io, repair, session.Interrupted).ConfigureAwait(false))
                findings.Add(new Finding(pool, operation));
        }

        session.Terminal.Print(document is null ? ToText(findings, repair) : ToDocument(findings, repair, document));
        if (findings.Count > 0 && !repair)
            throw new CommandException(1, null);
    }

    private static async Task<IReadOnlyList<IoContext>> OpenPoolsAsync(CommandSession session)
    {
        if (session.Arguments.NextWord() is { } name)
            return [await session.OpenPoolAsync(ImagePath.Empty with { Pool = name }).ConfigureAwait(false)];

        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        var pools = new List<IoContext>();
        foreach (Pool pool in await cluster.Pools.ListAsync(session.Interrupted).ConfigureAwait(false))
            pools.Add(await cluster.OpenIoContextAsync(pool.Id, session.Interrupted).ConfigureAwait(false));
        return pools;
    }

    private static string ToText(IReadOnlyList<Finding> findings, bool repaired)
    {
        if (findings.Count == 0)
            return "Nothing was left unfinished.\n";
        string outcome = repaired
            ? "All of them are repaired now.\n"
            : "Run 'curverbd check --repair' to finish or undo them; no image that is in use is touched.\n";
        return string.Concat(findings.Select(finding => finding.ToText())) + outcome;
    }

    private static string ToDocument(IReadOnlyList<Finding> findings, bool repaired, DocumentWriter document)
    {
        document.OpenObject("check");
        document.OpenArray("unfinished");
        foreach (Finding finding in findings)
        {
            document.OpenObject("operation");
            document.String("pool", finding.Pool);
            document.String("kind", finding.Operation.Kind);
            document.String("image_id", finding.Operation.ImageId);
            document.String("volume", finding.Operation.Volume);
            document.Close();
        }

        document.Close();
        document.Literal("repaired", repaired ? "true" : "false");
        document.Close();
        return document.ToString();
    }

    private sealed record Finding(string Pool, UnfinishedOperation Operation)
    {
        public string ToText() =>
            $"pool '{Pool}': the {Operation.Kind} of image {Operation.ImageId} was left unfinished; its volume is {Operation.Volume}\n";
    }
}
