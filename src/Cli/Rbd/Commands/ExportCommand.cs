using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd export</c></summary>
internal sealed class ExportCommand : Command
{
    public override string Name => "export";

    public override string Summary => "Write an image to a file.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, SpecOptions.Path, ProgressOptions.NoProgress, ExportFormatOption.Format];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SourceImageOrSnapshotWord, SpecOptions.PathWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        string path = SpecOptions.ReadPath(session.Arguments);
        Image image = await session.OpenImageAsync(source, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await ExportAsync(session, image, path).ConfigureAwait(false);
    }

    private static async Task ExportAsync(CommandSession session, Image image, string path)
    {
        ProgressLine progress = session.StartProgress("Exporting image");
        var export = new ImageExport(image, session.Parallelism, progress.Update);
        await progress.RunAsync(() => path == "-"
            ? export.ToStreamAsync(session.Terminal, session.Interrupted)
            : export.ToFileAsync(path, session.Interrupted)).FailingAs("export error").ConfigureAwait(false);
    }
}
