using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd image-meta set</c></summary>
internal sealed class ImageMetaSetCommand() : ImageMetaCommand("setting", isReadOnly: false)
{
    public override string Name => "image-meta set";

    public override string Summary => "Set a metadata key.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } =
        [SpecOptions.ImageWord, KeyWord, new("value", "value of the key")];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ByteName key = NativeText.ToName(ReadWord(session.Arguments, "key"));
        ByteName value = NativeText.ToName(ReadWord(session.Arguments, "value"));
        await UseAsync(session, path, image => image.Metadata.SetAsync(key, value, session.Interrupted)).ConfigureAwait(false);
    }
}
