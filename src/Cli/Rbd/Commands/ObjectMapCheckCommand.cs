namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd object-map check</c></summary>
internal sealed class ObjectMapCheckCommand : Command
{
    public override string Name => "object-map check";

    public override string Summary => "Verify the object map of an image or a snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        await session.UseImageAsync(path, readOnly: true, image =>
        {
            ProgressLine progress = session.StartProgress("Object Map Check");
            return progress.RunAsync(() => image.CheckObjectMapAsync(progress.Report, session.Interrupted))
                .FailingAs("checking object map failed");
        }).ConfigureAwait(false);
    }
}
