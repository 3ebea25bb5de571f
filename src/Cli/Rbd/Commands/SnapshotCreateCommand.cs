using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap create</c></summary>
internal sealed class SnapshotCreateCommand : Command
{
    public override string Name => "snap create";

    public override string Alias => "snap add";

    public override string Summary => "Create a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, .. QuiesceOptions.All, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadSnapshot(session.Arguments, SpecRule.NewSnapshot);
        SnapshotCreateFlags flags = QuiesceOptions.Read(session.Arguments);
        ByteName name = NativeText.ToName(path.Snapshot);
        await session.UseImageAsync(path.WithoutSnapshot, readOnly: false, image =>
        {
            ProgressLine progress = session.StartProgress("Creating snap");
            return progress.RunAsync(() => image.Snapshots.CreateAsync(name, flags, progress.Report, session.Interrupted))
                .FailingAs("failed to create snapshot");
        }).ConfigureAwait(false);
    }
}
