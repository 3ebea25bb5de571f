using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd sparsify</c></summary>
internal sealed class SparsifyCommand : Command
{
    public override string Name => "sparsify";

    public override string Summary => "Give back the space of zeros in an image.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImage, ProgressOptions.NoProgress, SparseSizeOption.SparseSize];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ulong sparseSize = SparseSizeOption.ReadWhole(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ProgressLine progress = session.StartProgress("Image sparsify");
            await progress.RunAsync(() => image.SparsifyAsync(sparseSize, progress.Report, session.Interrupted))
                .FailingAs("sparsify error").ConfigureAwait(false);
        }
    }
}
