using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd status</c></summary>
internal sealed class StatusCommand : Command
{
    public override string Name => "status";

    public override string Summary => "Show who has an image open.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            IReadOnlyList<ImageWatcher> watchers = await image.ListWatchersAsync(session.Interrupted)
                .FailingAs("show status failed").ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(watchers) : ToDocument(watchers, document));
        }
    }

    private static string ToText(IReadOnlyList<ImageWatcher> watchers)
    {
        if (watchers.Count == 0)
            return "Watchers: none\n";
        IEnumerable<string> lines = watchers.Select(
            watcher => $"\twatcher={watcher.Address} client.{watcher.ClientId} cookie={watcher.Cookie}\n");
        return "Watchers:\n" + string.Concat(lines);
    }

    private static string ToDocument(IReadOnlyList<ImageWatcher> watchers, DocumentWriter document)
    {
        document.OpenObject("status");
        document.OpenArray("watchers");
        foreach (ImageWatcher watcher in watchers)
        {
            document.OpenObject("watcher");
            document.String("address", watcher.Address);
            document.Number("client", watcher.ClientId);
            document.Number("cookie", watcher.Cookie);
            document.Close();
        }

        document.Close();
        document.Close();
        return document.ToString();
    }
}
