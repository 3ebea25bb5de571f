using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd device unmap</c></summary>
internal sealed class DeviceUnmapCommand : Command
{
    public override string Name => "device unmap";

    public override string Alias => "unmap";

    public override string Summary => "Take a block device away. One that is mounted stays, unless -o force.";

    public override IReadOnlyList<Option> Options { get; } = [DeviceType.Option, .. SpecOptions.OfImageOrSnapshot, DeviceOptionList.Option];

    public override IReadOnlyList<Positional> Positionals { get; } = [DeviceSpec.Word];

    public override Task RunAsync(CommandSession session)
    {
        DeviceType.ThrowUnlessNbd(session.Arguments);
        DeviceSpec spec = DeviceSpec.Read(session.Arguments);
        return new DeviceUnmapping(session, DeviceOptionList.IsForced(session.Arguments)).RunAsync(spec.Text, spec.Path);
    }
}
