using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap remove</c></summary>
internal sealed class GroupSnapshotRemoveCommand : Command
{
    public override string Name => "group snap remove";

    public override string Alias => "group snap rm";

    public override string Summary => "Remove a snapshot from a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfSnapshot];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.ReadSnapshot(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await GroupSnapshots.RemoveAsync(io, NativeText.ToName(path.Image), NativeText.ToName(path.Snapshot), session.Interrupted)
            .FailingAs("failed to remove group snapshot").ConfigureAwait(false);
    }
}
