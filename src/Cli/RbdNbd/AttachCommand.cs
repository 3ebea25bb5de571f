using CurveRbd.Cli.Devices;
using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.RbdNbd;

/// <summary><c>rbd-nbd attach</c></summary>
internal sealed class AttachCommand : Command
{
    public override string Name => "attach";

    public override string Summary => "Serve a device again whose process has ended.";

    public override IReadOnlyList<Option> Options => DeviceOptions.All;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override Task RunAsync(CommandSession session) => DeviceMapping.AttachAsync(
        session,
        SpecOptions.ReadImageOrSnapshot(session.Arguments),
        [.. DeviceOptions.ToWords(session.Arguments, DeviceOptions.All)],
        isForced: false);
}
