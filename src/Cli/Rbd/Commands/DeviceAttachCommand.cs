using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd device attach</c></summary>
internal sealed class DeviceAttachCommand : Command
{
    private static readonly Switch s_force = new("force", "also without its cookie");

    public override string Name => "device attach";

    public override string Summary => "Serve a device again whose process has ended.";

    public override IReadOnlyList<Option> Options { get; } = [.. new DeviceMapCommand().Options, DeviceOptions.Device, s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override Task RunAsync(CommandSession session)
    {
        DeviceType.ThrowUnlessNbd(session.Arguments);
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        string[] options = [.. DeviceMapCommand.ReadOptions(session.Arguments), .. DeviceOptions.ToWords(session.Arguments, [DeviceOptions.Device])];
        return DeviceMapping.AttachAsync(session, path, [.. options.Distinct()], session.Arguments.Has(s_force));
    }
}
