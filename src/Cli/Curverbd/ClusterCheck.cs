using System.Text;
using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Stores;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd check --cluster</c>: what is wrong with the configuration or the cluster it leads to.</summary>
internal static class ClusterCheck
{
    /// <exception cref="CommandException">1: something is wrong.</exception>
    public static async Task RunAsync(CommandSession session)
    {
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IReadOnlyList<StoreFinding> findings = await LookAsync(session).ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(findings) : ToDocument(findings, document));
        if (findings.Any(finding => !finding.IsGood))
            throw new CommandException(1, null);
    }

    private static async Task<IReadOnlyList<StoreFinding>> LookAsync(CommandSession session)
    {
        StoreSettings settings;
        try
        {
            settings = ClusterOrigin.Of(session.Conf).Store;
        }
        catch (StorageException error)
        {
            return [new StoreFinding("configuration", IsGood: false, error.Message)];
        }

        IReadOnlyList<StoreFinding> findings = await StoreDiagnosis.RunAsync(settings, session.Interrupted).ConfigureAwait(false);
        return findings.All(finding => finding.IsGood)
            ? [.. findings, .. await LookAtPoolsAsync(session, settings).ConfigureAwait(false)]
            : findings;
    }

    private static async Task<IReadOnlyList<StoreFinding>> LookAtPoolsAsync(CommandSession session, StoreSettings settings)
    {
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        IReadOnlyList<Pool> pools = await cluster.Pools.ListAsync(session.Interrupted).ConfigureAwait(false);
        return await StoreDiagnosis.CheckPoolsAsync(settings, [.. pools.Select(pool => pool.Directory)], session.Interrupted).ConfigureAwait(false);
    }

    private static string ToText(IReadOnlyList<StoreFinding> findings)
    {
        var text = new StringBuilder();
        foreach (StoreFinding finding in findings)
            text.Append($"{(finding.IsGood ? "good " : "WRONG")}  {finding.Subject}: {finding.Message}\n");
        int wrong = findings.Count(finding => !finding.IsGood);
        return text.Append(wrong == 0 ? "Nothing is wrong.\n" : $"{wrong} wrong.\n").ToString();
    }

    private static string ToDocument(IReadOnlyList<StoreFinding> findings, DocumentWriter document)
    {
        document.OpenObject("check");
        document.OpenArray("findings");
        foreach (StoreFinding finding in findings)
        {
            document.OpenObject("finding");
            document.String("subject", finding.Subject);
            document.Literal("good", finding.IsGood ? "true" : "false");
            document.String("message", finding.Message);
            document.Close();
        }

        document.Close();
        document.Close();
        return document.ToString();
    }
}
