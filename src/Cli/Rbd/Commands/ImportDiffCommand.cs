using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd import-diff</c></summary>
internal sealed class ImportDiffCommand : Command
{
    public override string Name => "import-diff";

    public override string Summary => "Apply what export-diff wrote to an image, and take its end snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [SpecOptions.Path, .. SpecOptions.OfImage, SparseSizeOption.SparseSize, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PathWord, SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        string path = SpecOptions.ReadPath(session.Arguments);
        ImagePath destination = SpecOptions.ReadImage(session.Arguments);
        int sparseSize = SparseSizeOption.Read(session.Arguments);
        Image image = await session.OpenImageAsync(destination, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await ImportAsync(session, image, path, (ulong)sparseSize).FailingAs("import-diff failed").ConfigureAwait(false);
    }

    private static async Task ImportAsync(CommandSession session, Image image, string path, ulong sparseSize)
    {
        Stream input = StreamFiles.OpenInput(session.Terminal, path);
        await using (input.ConfigureAwait(false))
        {
            ProgressLine progress = session.StartProgress("Importing image diff");
            var work = new StreamWork(session.Terminal);
            await progress.RunAsync(() => work.RunAsync(
                () => DiffImport.ReadAsync(image, input, sparseSize, progress.Report, session.Interrupted))).ConfigureAwait(false);
        }
    }
}
