using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd export-diff</c></summary>
internal sealed class ExportDiffCommand : Command
{
    public override string Name => "export-diff";

    public override string Summary => "Write what changed in an image since a snapshot to a file.";

    public override IReadOnlyList<Option> Options { get; } =
    [
        .. SpecOptions.OfImageOrSnapshot, SpecOptions.Path, DiffOptions.FromSnapshot, DiffOptions.WholeObject, ProgressOptions.NoProgress,
    ];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SourceImageOrSnapshotWord, SpecOptions.PathWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        string path = SpecOptions.ReadPath(session.Arguments);
        Image image = await session.OpenImageAsync(source, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await ExportAsync(session, image, path).FailingAs("export-diff error").ConfigureAwait(false);
    }

    private static async Task ExportAsync(CommandSession session, Image image, string path)
    {
        ByteName? from = DiffOptions.FindFromSnapshot(session.Arguments);
        bool wholeObject = session.Arguments.Has(DiffOptions.WholeObject);
        ProgressLine progress = session.StartProgress("Exporting image");
        var work = new StreamWork(session.Terminal);
        await work.RunAsync(() => StreamFiles.WriteAsync(session.Terminal, path, output => progress.RunAsync(
            () => DiffExport.WriteAsync(image, from, wholeObject, output, progress.Report, session.Interrupted)))).ConfigureAwait(false);
    }
}
