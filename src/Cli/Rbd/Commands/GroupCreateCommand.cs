using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group create</c></summary>
internal sealed class GroupCreateCommand : Command
{
    public override string Name => "group create";

    public override string Summary => "Create a group of images.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await RbdGroups.CreateAsync(io, NativeText.ToName(path.Image), session.Interrupted)
            .FailingAs("create error").ConfigureAwait(false);
    }
}
