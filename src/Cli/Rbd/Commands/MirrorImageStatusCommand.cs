using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd mirror image status</c></summary>
internal sealed class MirrorImageStatusCommand : Command
{
    public override string Name => "mirror image status";

    public override string Summary => "Fail as for every image that is not mirrored.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override Task RunAsync(CommandSession session) => session.UseImageAsync(
        SpecOptions.ReadImage(session.Arguments),
        readOnly: true,
        _ => throw new CommandException(Errno.EINVAL, "mirroring not enabled on the image"));
}
