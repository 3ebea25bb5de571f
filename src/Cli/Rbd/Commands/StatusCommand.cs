using System.Globalization;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd status</c></summary>
internal sealed class StatusCommand : Command
{
    public override string Name => "status";

    public override string Summary => "Show who has an image open, and how far its migration is.";

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
            MigrationListing? migration = (image.Features & ImageFeatures.Migrating) == 0
                ? null
                : await TryReadMigrationAsync(session, image).ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(watchers) + migration?.ToText() : ToDocument(watchers, migration, document));
        }
    }

    private static async Task<MigrationListing?> TryReadMigrationAsync(CommandSession session, Image image)
    {
        try
        {
            IoContext io = image.IoContext;
            MigrationStatus status = await ImageMigration.GetStatusAsync(io, image.Name, session.Interrupted).ConfigureAwait(false);
            return new MigrationListing(
                status,
                await NameOfAsync(io, status.SourcePoolId, session.Interrupted).ConfigureAwait(false),
                await NameOfAsync(io, status.DestinationPoolId, session.Interrupted).ConfigureAwait(false));
        }
        catch (StorageException error)
        {
            session.Terminal.PrintErrorLine($"rbd: getting migration status failed: {ErrorText.Describe(error.Errno)}");
            return null;
        }
    }

    private static async Task<string> NameOfAsync(IoContext io, long poolId, CancellationToken cancellationToken)
    {
        Pool? pool = await io.Cluster.Pools.FindAsync(poolId, cancellationToken).ConfigureAwait(false);
        return pool?.Name.ToString() ?? poolId.ToString(CultureInfo.InvariantCulture);
    }

    private static string ToText(IReadOnlyList<ImageWatcher> watchers)
    {
        if (watchers.Count == 0)
            return "Watchers: none\n";
        IEnumerable<string> lines = watchers.Select(
            watcher => $"\twatcher={watcher.Address} client.{watcher.ClientId} cookie={watcher.Cookie}\n");
        return "Watchers:\n" + string.Concat(lines);
    }

    private static string ToDocument(IReadOnlyList<ImageWatcher> watchers, MigrationListing? migration, DocumentWriter document)
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
        migration?.ToDocument(document);
        document.Close();
        return document.ToString();
    }
}
