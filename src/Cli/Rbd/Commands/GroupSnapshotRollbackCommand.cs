using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap rollback</c></summary>
internal sealed class GroupSnapshotRollbackCommand : Command
{
    public override string Name => "group snap rollback";

    public override string Summary => "Make all images of a group what they were at a snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfSnapshot, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.ReadSnapshot(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress("Rolling back to group snapshot");
        await progress.RunAsync(() => GroupSnapshots.RollbackAsync(io, NativeText.ToName(path.Image), NativeText.ToName(path.Snapshot), progress.Report, session.Interrupted))
            .FailingAs("rollback group to snapshot failed").ConfigureAwait(false);
    }
}
