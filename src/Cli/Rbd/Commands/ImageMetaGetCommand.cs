using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd image-meta get</c></summary>
internal sealed class ImageMetaGetCommand() : ImageMetaCommand("getting", isReadOnly: true)
{
    public override string Name => "image-meta get";

    public override string Summary => "Show the value of a metadata key.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord, KeyWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ByteName key = NativeText.ToName(ReadWord(session.Arguments, "key"));
        await UseAsync(session, path, async image =>
        {
            ByteName value = await image.Metadata.GetAsync(key, session.Interrupted).ConfigureAwait(false);
            session.Terminal.PrintLine(NativeText.FromName(value));
        }).ConfigureAwait(false);
    }
}
