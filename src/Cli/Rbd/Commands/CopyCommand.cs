using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd copy</c></summary>
internal sealed class CopyCommand : Command
{
    public override string Name => "copy";

    public override string Alias => "cp";

    public override string Summary => "Copy an image to a new one.";

    public override IReadOnlyList<Option> Options { get; } =
    [
        .. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, .. NewImageOptions.OfCopy, SparseSizeOption.SparseSize,
        ProgressOptions.NoProgress,
    ];

    public override IReadOnlyList<Positional> Positionals { get; } =
        [SpecOptions.SourceImageOrSnapshotWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestination(session.Arguments);
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        int sparseSize = SparseSizeOption.Read(session.Arguments);
        Image image = await session.OpenImageAsync(source, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            IoContext io = await session.OpenPoolAsync(destination).ConfigureAwait(false);
            await CopyAsync(session, image, io, destination, options, sparseSize).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(
        CommandSession session, Image image, IoContext io, ImagePath destination, ImageOptions options, int sparseSize)
    {
        ByteName name = NativeText.ToName(destination.Image);
        ProgressLine progress = session.StartProgress("Image copy");
        await progress.RunAsync(
            () => ImageCopy.CopyAsync(image, io, name, options, (ulong)sparseSize, progress.Report, session.Interrupted))
            .FailingAs("copy failed").ConfigureAwait(false);
    }
}
