using CurveRbd.Cli.Devices;
using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.RbdNbd;

/// <summary><c>rbd-nbd map</c></summary>
internal sealed class MapCommand : Command
{
    public override string Name => "map";

    public override string Summary => "Make a block device of an image or a snapshot.";

    public override IReadOnlyList<Option> Options => DeviceOptions.All;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override Task RunAsync(CommandSession session) => DeviceMapping.MapAsync(
        session, SpecOptions.ReadImageOrSnapshot(session.Arguments), [.. DeviceOptions.ToWords(session.Arguments, DeviceOptions.All)]);
}
