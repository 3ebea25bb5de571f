using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap list</c></summary>
internal sealed class SnapshotListCommand : Command
{
    private static readonly Switch s_all = new("all", 'a', "also those that were not made by a user");

    public override string Name => "snap list";

    public override string Alias => "snap ls";

    public override string Summary => "List the snapshots of an image.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, SpecOptions.ImageId, .. OutputFormat.Options, s_all];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImageChoice choice = ImageChoice.ReadImage(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        Image image = await choice.OpenAsync(session, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            SnapshotListing listing = await SnapshotListing.OfAsync(image, session.Arguments.Has(s_all), session.Interrupted)
                .FailingAs("failed to list snapshots").ConfigureAwait(false);
            session.Terminal.Print(document is null ? listing.ToText() : listing.ToDocument(document));
        }
    }
}
