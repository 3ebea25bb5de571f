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
        Task work = ExportFormatOption.IsWhole(session.Arguments)
            ? ExportWholeAsync(session, image, path, progress)
            : progress.RunAsync(() => ExportBytesAsync(session, image, path, progress));
        await work.FailingAs("export error").ConfigureAwait(false);
    }

    private static Task ExportBytesAsync(CommandSession session, Image image, string path, ProgressLine progress)
    {
        var export = new ImageExport(image, session.Parallelism, progress.Update);
        return path == "-"
            ? export.ToStreamAsync(session.Terminal, session.Interrupted)
            : export.ToFileAsync(path, session.Interrupted);
    }

    private static Task ExportWholeAsync(CommandSession session, Image image, string path, ProgressLine progress) =>
        new StreamWork(session.Terminal).RunAsync(() => StreamFiles.WriteAsync(session.Terminal, path, output => progress.RunAsync(
            () => ImageStream.ExportAsync(image, output, progress.Report, session.Interrupted))));
}
