using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd image-meta remove</c></summary>
internal sealed class ImageMetaRemoveCommand() : ImageMetaCommand("removing", isReadOnly: false)
{
    public override string Name => "image-meta remove";

    public override string Alias => "image-meta rm";

    public override string Summary => "Remove a metadata key.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord, KeyWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ByteName key = NativeText.ToName(ReadWord(session.Arguments, "key"));
        await UseAsync(session, path, image => image.Metadata.RemoveAsync(key, session.Interrupted)).ConfigureAwait(false);
    }
}
