using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap rename</c></summary>
internal sealed class GroupSnapshotRenameCommand : Command
{
    private static readonly Positional s_newName = new("dest-snap", "destination snapshot: <snap>");

    public override string Name => "group snap rename";

    public override string Summary => "Rename a group's snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfSnapshot, SpecOptions.DestinationSnapshot];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.SnapshotWord, s_newName];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.ReadSnapshot(session.Arguments);
        string newName = session.Arguments.Find(SpecOptions.DestinationSnapshot) ?? session.Arguments.NextWord()
            ?? throw new CommandException(Errno.EINVAL, "destination snapshot name was not specified");
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await GroupSnapshots.RenameAsync(io, NativeText.ToName(path.Image), NativeText.ToName(path.Snapshot), NativeText.ToName(newName), session.Interrupted)
            .FailingAs("failed to rename group snapshot").ConfigureAwait(false);
    }
}
