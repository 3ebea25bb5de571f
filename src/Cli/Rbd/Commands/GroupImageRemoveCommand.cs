using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group image remove</c></summary>
internal sealed class GroupImageRemoveCommand : Command
{
    public override string Name => "group image remove";

    public override string Alias => "group image rm";

    public override string Summary => "Remove an image from a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupImageSpec.Options, SpecOptions.ImageId];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord, SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        var spec = GroupImageSpec.Read(session.Arguments, canBeById: true);
        IoContext group = await session.OpenPoolAsync(spec.Group).ConfigureAwait(false);
        IoContext image = await session.OpenPoolAsync(spec.Image).ConfigureAwait(false);
        ByteName groupName = NativeText.ToName(spec.Group.Image);
        Task removal = spec.IsById
            ? GroupImages.RemoveByIdAsync(group, groupName, image, spec.Image.Image, session.Interrupted)
            : GroupImages.RemoveAsync(group, groupName, image, NativeText.ToName(spec.Image.Image), session.Interrupted);
        await removal.FailingAs("remove image error").ConfigureAwait(false);
    }
}
