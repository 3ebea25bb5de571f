using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group remove</c></summary>
internal sealed class GroupRemoveCommand : Command
{
    public override string Name => "group remove";

    public override string Alias => "group rm";

    public override string Summary => "Delete a group with its snapshots; its images stay.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await RbdGroups.RemoveAsync(io, NativeText.ToName(path.Image), session.Interrupted)
            .FailingAs("remove error").ConfigureAwait(false);
    }
}
