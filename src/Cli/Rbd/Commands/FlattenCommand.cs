namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd flatten</c></summary>
internal sealed class FlattenCommand : Command
{
    public override string Name => "flatten";

    public override string Summary => "Copy into a clone what it has from its parent, and make it independent.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        await session.UseImageAsync(path, readOnly: false, image =>
        {
            ProgressLine progress = session.StartProgress("Image flatten");
            return progress.RunAsync(() => image.FlattenAsync(progress.Report, session.Interrupted)).FailingAs("flatten error");
        }).ConfigureAwait(false);
    }
}
