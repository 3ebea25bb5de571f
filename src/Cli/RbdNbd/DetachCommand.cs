using CurveRbd.Cli.Devices;
using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.RbdNbd;

/// <summary><c>rbd-nbd detach</c></summary>
internal sealed class DetachCommand : Command
{
    public override string Name => "detach";

    public override string Summary => "End the process behind a device, and leave the device waiting for another.";

    public override IReadOnlyList<Positional> Positionals { get; } = [DeviceSpec.Word];

    public override Task RunAsync(CommandSession session)
    {
        DeviceSpec spec = DeviceSpec.Read(session.Arguments);
        return DeviceMapping.DetachAsync(session, spec.Text, spec.Path);
    }
}
