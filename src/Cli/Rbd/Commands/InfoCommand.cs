using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd info</c></summary>
internal sealed class InfoCommand : Command
{
    public override string Name => "info";

    public override string Summary => "Show the size, features and times of an image.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, SpecOptions.ImageId, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImageChoice choice = ImageChoice.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        Image image = await choice.OpenAsync(session, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ImageDescription description = await ImageDescription.OfAsync(image, session.Interrupted).FailingAs("info").ConfigureAwait(false);
            session.Terminal.Print(document is null ? description.ToText() : description.ToDocument(document));
        }
    }
}
