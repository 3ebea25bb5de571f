using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group image add</c></summary>
internal sealed class GroupImageAddCommand : Command
{
    public override string Name => "group image add";

    public override string Summary => "Add an image to a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupImageSpec.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord, SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        var spec = GroupImageSpec.Read(session.Arguments, canBeById: false);
        IoContext group = await session.OpenPoolAsync(spec.Group).ConfigureAwait(false);
        IoContext image = await session.OpenPoolAsync(spec.Image).ConfigureAwait(false);
        await GroupImages
            .AddAsync(group, NativeText.ToName(spec.Group.Image), image, NativeText.ToName(spec.Image.Image), session.Interrupted)
            .FailingAs("add image error").ConfigureAwait(false);
    }
}
