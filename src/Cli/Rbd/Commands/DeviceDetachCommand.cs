using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd device detach</c></summary>
internal sealed class DeviceDetachCommand : Command
{
    public override string Name => "device detach";

    public override string Summary => "End the process behind a device, and leave the device waiting for another.";

    public override IReadOnlyList<Option> Options { get; } = [DeviceType.Option, .. SpecOptions.OfImageOrSnapshot, DeviceOptionList.Option];

    public override IReadOnlyList<Positional> Positionals { get; } = [DeviceSpec.Word];

    public override Task RunAsync(CommandSession session)
    {
        DeviceType.ThrowUnlessNbd(session.Arguments);
        DeviceSpec spec = DeviceSpec.Read(session.Arguments);
        return DeviceMapping.DetachAsync(session, spec.Text, spec.Path);
    }
}
