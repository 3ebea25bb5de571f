using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd deep copy</c></summary>
internal sealed class DeepCopyCommand : Command
{
    private static readonly Switch s_flatten = new("flatten", "leave the copy without a parent");

    public override string Name => "deep copy";

    public override string Alias => "deep cp";

    public override string Summary => "Copy an image with its snapshots to a new one.";

    public override IReadOnlyList<Option> Options { get; } =
    [
        .. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, .. NewImageOptions.All, s_flatten, ProgressOptions.NoProgress,
    ];

    public override IReadOnlyList<Positional> Positionals { get; } =
        [SpecOptions.SourceImageOrSnapshotWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestination(session.Arguments);
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        if (session.Arguments.Has(s_flatten))
            options.Set(ImageOption.Flatten, 1);
        Image image = await session.OpenImageAsync(source, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            IoContext io = await session.OpenPoolAsync(destination).ConfigureAwait(false);
            ByteName name = NativeText.ToName(destination.Image);
            ProgressLine progress = session.StartProgress("Image deep copy");
            await progress.RunAsync(() => DeepCopy.CopyAsync(image, io, name, options, progress.Report, session.Interrupted))
                .FailingAs("deep copy failed").ConfigureAwait(false);
        }
    }
}
