namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd flatten</c></summary>
internal sealed class FlattenCommand : Command
{
    public override string Name => "flatten";

    public override string Summary => "Copy into a clone what it has from its parent, and make it independent.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, ProgressOptions.NoProgress, .. EncryptionOptions.All];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        var encryption = EncryptionOptions.Read(session.Arguments);
        await session.UseImageAsync(path, readOnly: false, async image =>
        {
            await encryption.LoadAsync(image, session.Interrupted).ConfigureAwait(false);
            ProgressLine progress = session.StartProgress("Image flatten");
            await progress.RunAsync(() => image.FlattenAsync(progress.Report, session.Interrupted)).FailingAs("flatten error").ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
