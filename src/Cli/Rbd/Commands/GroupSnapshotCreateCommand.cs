using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap create</c></summary>
internal sealed class GroupSnapshotCreateCommand : Command
{
    public override string Name => "group snap create";

    public override string Summary => "Make a snapshot of all images of a group at one moment.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfSnapshot, .. QuiesceOptions.All];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.ReadSnapshot(session.Arguments);
        SnapshotCreateFlags flags = QuiesceOptions.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await GroupSnapshots.CreateAsync(io, NativeText.ToName(path.Image), NativeText.ToName(path.Snapshot), flags, session.Interrupted)
            .FailingAs("failed to create group snapshot").ConfigureAwait(false);
    }
}
