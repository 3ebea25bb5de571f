namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd object-map rebuild</c></summary>
internal sealed class ObjectMapRebuildCommand : Command
{
    public override string Name => "object-map rebuild";

    public override string Summary => "Rebuild the object map of an image or a snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        await session.UseImageAsync(path, readOnly: false, image =>
        {
            ProgressLine progress = session.StartProgress("Object Map Rebuild");
            return progress.RunAsync(() => image.RebuildObjectMapAsync(progress.Report, session.Interrupted))
                .FailingAs("rebuilding object map failed");
        }).ConfigureAwait(false);
    }
}
