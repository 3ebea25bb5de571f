using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap rollback</c></summary>
internal sealed class SnapshotRollbackCommand : Command
{
    public override string Name => "snap rollback";

    public override string Alias => "snap revert";

    public override string Summary => "Make an image what it was at a snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadSnapshot(session.Arguments);
        ByteName name = NativeText.ToName(path.Snapshot);
        await session.UseImageAsync(path.WithoutSnapshot, readOnly: false, image =>
        {
            ProgressLine progress = session.StartProgress("Rolling back to snapshot");
            return progress.RunAsync(() => image.Snapshots.RollbackAsync(name, progress.Report, session.Interrupted))
                .FailingAs("rollback failed");
        }).ConfigureAwait(false);
    }
}
